// SHA-256 (FIPS 180-4) of bytes, so that a page can hash where crypto.subtle does
// not exist: plain HTTP in a meeting room. Defines window.mqSha256, or nothing if
// its table came out wrong: better no button than a hash nobody can confirm.
(function () {
  "use strict";
  var K = [];
  var START = [];
  (function () {
    function root(n, power) {
      return Math.floor((Math.pow(n, power) % 1) * 4294967296) | 0;
    }
    var n = 2;
    while (K.length < 64) {
      var prime = true;
      for (var d = 2; d * d <= n; d++) { if (n % d === 0) { prime = false; break; } }
      if (prime) {
        if (START.length < 8) { START.push(root(n, 1 / 2)); }
        K.push(root(n, 1 / 3));
      }
      n++;
    }
  }());

  function turn(x, by) { return (x >>> by) | (x << (32 - by)); }

  // Takes bytes in anything that counts them: an array or a Uint8Array.
  function sha256(bytes) {
    var size = bytes.length;
    var padded = new Uint8Array((Math.floor((size + 8) / 64) + 1) * 64);
    padded.set(bytes);
    padded[size] = 128;
    // Sizes beyond 2^32 bits do not fit into one word of a script.
    var high = Math.floor(size / 536870912);
    var low = (size * 8) >>> 0;
    var i;
    for (i = 0; i < 4; i++) {
      padded[padded.length - 8 + i] = (high >>> (24 - i * 8)) & 255;
      padded[padded.length - 4 + i] = (low >>> (24 - i * 8)) & 255;
    }
    var h = START.slice();
    var w = [];
    for (var at = 0; at < padded.length; at += 64) {
      for (i = 0; i < 64; i++) {
        if (i < 16) {
          var p = at + i * 4;
          w[i] = (padded[p] << 24) | (padded[p + 1] << 16) | (padded[p + 2] << 8) | padded[p + 3];
        } else {
          var x = w[i - 15];
          var y = w[i - 2];
          var s0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
          var s1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
          w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
        }
      }
      var v = h.slice();
      for (i = 0; i < 64; i++) {
        var e = v[4];
        var a = v[0];
        var t1 = (v[7] + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) +
          ((e & v[5]) ^ (~e & v[6])) + K[i] + w[i]) | 0;
        var t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) +
          ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]))) | 0;
        v = [(t1 + t2) | 0, a, v[1], v[2], (v[3] + t1) | 0, e, v[5], v[6]];
      }
      for (i = 0; i < 8; i++) { h[i] = (h[i] + v[i]) | 0; }
    }
    return h.map(function (word) {
      return ("00000000" + (word >>> 0).toString(16)).slice(-8);
    }).join("");
  }

  if (sha256([97, 98, 99]) === "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") {
    window.mqSha256 = sha256;
  }
}());

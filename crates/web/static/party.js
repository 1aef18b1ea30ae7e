// Makes an outside party's random number on its own device and computes the
// commitment H("shuang-party/1", name, nonce). The random number is put into no
// form field before the commitment record is public, and is never sent by script.
(function () {
  "use strict";
  var page = document.querySelector("[data-party]");
  if (!page) { return; }
  var name = page.getAttribute("data-party");

  // SHA-256 (FIPS 180-4), so that the page also works where crypto.subtle does
  // not exist: plain HTTP in a meeting room.
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

  function sha256(text) {
    var bytes = [];
    var i;
    for (i = 0; i < text.length; i++) {
      // Names and numbers are ASCII by the grammar of the record.
      bytes.push(text.charCodeAt(i) & 255);
    }
    var bits = bytes.length * 8;
    bytes.push(128);
    while (bytes.length % 64 !== 56) { bytes.push(0); }
    for (i = 7; i >= 0; i--) { bytes.push(i > 3 ? 0 : (bits >>> (i * 8)) & 255); }
    var h = START.slice();
    var w = [];
    function turn(x, by) { return (x >>> by) | (x << (32 - by)); }
    for (var at = 0; at < bytes.length; at += 64) {
      for (i = 0; i < 64; i++) {
        if (i < 16) {
          var p = at + i * 4;
          w[i] = (bytes[p] << 24) | (bytes[p + 1] << 16) | (bytes[p + 2] << 8) | bytes[p + 3];
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

  // A wrong table would make a commitment nobody can open: better no button.
  var sound = sha256("abc") === "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  function commitmentOf(nonce) { return sha256("shuang-party/1\n" + name + "\n" + nonce + "\n"); }
  function remember(commitment, nonce) {
    try { window.localStorage.setItem("mq-nonce-" + commitment, nonce); } catch (ignored) { return; }
  }
  function recall(commitment) {
    try { return window.localStorage.getItem("mq-nonce-" + commitment); } catch (ignored) { return null; }
  }

  var maker = page.querySelector("[data-maker]");
  if (maker && sound && window.crypto && window.crypto.getRandomValues) {
    var made = maker.querySelector("[data-made]");
    var shown = maker.querySelector("[data-nonce]");
    var field = document.getElementById("f-commitment");
    maker.hidden = false;
    maker.querySelector("[data-make]").addEventListener("click", function () {
      var raw = new Uint8Array(32);
      window.crypto.getRandomValues(raw);
      var nonce = Array.prototype.map.call(raw, function (byte) {
        return ("0" + byte.toString(16)).slice(-2);
      }).join("");
      shown.textContent = nonce;
      made.hidden = false;
      field.value = commitmentOf(nonce);
      remember(field.value, nonce);
    });
    maker.querySelector("[data-save]").addEventListener("click", function () {
      var words = "party " + name + "\nnonce " + shown.textContent + "\ncommitment " + field.value + "\n";
      var link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([words], { type: "text/plain" }));
      link.download = "nonce-" + name + ".txt";
      document.body.appendChild(link);
      link.click();
      document.body.removeChild(link);
    });
    maker.querySelector("[data-print]").addEventListener("click", function () { window.print(); });
  }

  // After the record is public: check on this device before anything is sent.
  var opening = document.getElementById("f-nonce");
  if (opening && sound) {
    var wanted = page.getAttribute("data-commitment");
    var words = page.querySelector("[data-check]");
    var check = function () {
      var nonce = opening.value.replace(/\s+/g, "").toLowerCase();
      if (nonce.length !== 64) { words.textContent = nonce ? "还不是 64 位。" : ""; return; }
      words.textContent = commitmentOf(nonce) === wanted
        ? "与承诺值一致，可以公开。" : "与承诺值不一致，请核对是不是这一次的随机数。";
    };
    opening.addEventListener("input", check);
    var kept = recall(wanted);
    var button = page.querySelector("[data-recall]");
    if (kept) {
      button.hidden = false;
      button.addEventListener("click", function () { opening.value = kept; check(); });
    }
    check();
  }
}());

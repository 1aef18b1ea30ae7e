/*
 * SHA-256 (FIPS 180-4) and SM3 (GB/T 32905) for the offline verifier.
 * Own code on purpose: WebCrypto needs a secure context and knows no SM3, and a page opened from a
 * folder must still be able to check a draw. Deliberately absent: streaming, HMAC, any other hash.
 */
var Mingqian = {};

(function (M) {
  'use strict';

  var HEX = [];
  for (var h = 0; h < 256; h++) { HEX.push((h < 16 ? '0' : '') + h.toString(16)); }

  function firstPrimes(count) {
    var primes = [], n = 2;
    while (primes.length < count) {
      var prime = true;
      for (var i = 0; i < primes.length && primes[i] * primes[i] <= n; i++) {
        if (n % primes[i] === 0) { prime = false; break; }
      }
      if (prime) { primes.push(n); }
      n++;
    }
    return primes;
  }

  /* The 64 round constants: the first 32 bits of the fractional part of the cube roots of the primes. */
  function fraction(root) { return Math.floor((root - Math.floor(root)) * 4294967296) | 0; }
  var PRIMES = firstPrimes(64);
  var K = new Int32Array(64);
  var SHA_START = new Int32Array(8);
  for (var p = 0; p < 64; p++) { K[p] = fraction(Math.cbrt(PRIMES[p])); }
  for (var q = 0; q < 8; q++) { SHA_START[q] = fraction(Math.sqrt(PRIMES[q])); }

  var SM3_START = new Int32Array([
    0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e
  ]);

  function rotl(x, n) { n &= 31; return n === 0 ? x : (x << n) | (x >>> (32 - n)); }

  /* SM3 adds the constant rotated by the round number; both halves are prepared once. */
  var T = new Int32Array(64);
  for (var t = 0; t < 64; t++) { T[t] = rotl(t < 16 ? 0x79cc4519 : 0x7a879d8a, t); }

  var w = new Int32Array(68);

  function loadBlock(block, at) {
    for (var i = 0; i < 16; i++, at += 4) {
      w[i] = (block[at] << 24) | (block[at + 1] << 16) | (block[at + 2] << 8) | block[at + 3];
    }
  }

  function shaBlock(s, block, at) {
    var i, x, y;
    loadBlock(block, at);
    for (i = 16; i < 64; i++) {
      x = w[i - 15]; y = w[i - 2];
      w[i] = (w[i - 16] + w[i - 7] +
        (((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)) +
        (((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10))) | 0;
    }
    var a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], hh = s[7], t1, t2;
    for (i = 0; i < 64; i++) {
      t1 = (hh + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) +
        ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      t2 = ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) +
        ((a & b) ^ (a & c) ^ (b & c))) | 0;
      hh = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    s[0] += a; s[1] += b; s[2] += c; s[3] += d; s[4] += e; s[5] += f; s[6] += g; s[7] += hh;
  }

  function sm3Block(s, block, at) {
    var i, x;
    loadBlock(block, at);
    for (i = 16; i < 68; i++) {
      x = w[i - 16] ^ w[i - 9] ^ rotl(w[i - 3], 15);
      w[i] = x ^ rotl(x, 15) ^ rotl(x, 23) ^ rotl(w[i - 13], 7) ^ w[i - 6];
    }
    var a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], hh = s[7];
    var a12, ss1, tt1, tt2;
    for (i = 0; i < 64; i++) {
      a12 = rotl(a, 12);
      ss1 = rotl((a12 + e + T[i]) | 0, 7);
      tt1 = ((i < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c)) + d + (ss1 ^ a12) + (w[i] ^ w[i + 4])) | 0;
      tt2 = ((i < 16 ? e ^ f ^ g : (e & f) | (~e & g)) + hh + ss1 + w[i]) | 0;
      d = c; c = rotl(b, 9); b = a; a = tt1;
      hh = g; g = rotl(f, 19); f = e; e = tt2 ^ rotl(tt2, 9) ^ rotl(tt2, 17);
    }
    s[0] ^= a; s[1] ^= b; s[2] ^= c; s[3] ^= d; s[4] ^= e; s[5] ^= f; s[6] ^= g; s[7] ^= hh;
  }

  var tail = new Uint8Array(128);

  function hashBytes(bytes, sm3) {
    var s = new Int32Array(sm3 ? SM3_START : SHA_START);
    var step = sm3 ? sm3Block : shaBlock;
    var n = bytes.length, at = 0;
    for (; at + 64 <= n; at += 64) { step(s, bytes, at); }
    tail.fill(0);
    for (var i = at; i < n; i++) { tail[i - at] = bytes[i]; }
    tail[n - at] = 0x80;
    var length = n - at < 56 ? 64 : 128;
    var high = Math.floor(n / 536870912), low = (n << 3) >>> 0;
    tail[length - 8] = high >>> 24; tail[length - 7] = high >>> 16; tail[length - 6] = high >>> 8; tail[length - 5] = high;
    tail[length - 4] = low >>> 24; tail[length - 3] = low >>> 16; tail[length - 2] = low >>> 8; tail[length - 1] = low;
    step(s, tail, 0);
    if (length === 128) { step(s, tail, 64); }
    var out = new Uint8Array(32);
    for (var k = 0; k < 8; k++) {
      out[4 * k] = s[k] >>> 24; out[4 * k + 1] = s[k] >>> 16; out[4 * k + 2] = s[k] >>> 8; out[4 * k + 3] = s[k];
    }
    return out;
  }

  function hex(bytes) {
    var out = '';
    for (var i = 0; i < bytes.length; i++) { out += HEX[bytes[i]]; }
    return out;
  }

  function unhex(text) {
    var out = new Uint8Array(text.length / 2);
    for (var i = 0; i < out.length; i++) { out[i] = parseInt(text.substr(2 * i, 2), 16); }
    return out;
  }

  /* Every text of the protocol is ASCII; anything else is refused before it comes here. */
  function ascii(text, first) {
    var skip = first === undefined ? 0 : 1;
    var out = new Uint8Array(text.length + skip);
    if (skip) { out[0] = first; }
    for (var i = 0; i < text.length; i++) { out[i + skip] = text.charCodeAt(i); }
    return out;
  }

  M.hashBytes = hashBytes;
  M.hex = hex;
  M.unhex = unhex;
  M.ascii = ascii;

  /* The hash of one attempt: `text` of exact bytes, `lines` with LF after each, leaf and node of RFC 6962. */
  M.suite = function (sm3) {
    return {
      text: function (text) { return hex(hashBytes(ascii(text), sm3)); },
      lines: function (lines) { return hex(hashBytes(ascii(lines.join('\n') + '\n'), sm3)); },
      leaf: function (text) { return hex(hashBytes(ascii(text, 0), sm3)); },
      node: function (left, right) {
        var both = new Uint8Array(65);
        both[0] = 1; both.set(left, 1); both.set(right, 33);
        return hashBytes(both, sm3);
      }
    };
  };
})(Mingqian);

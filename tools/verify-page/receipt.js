/*
 * Log receipts: the entry of protocol §5 and its inclusion proof in the form c2sp.org/tlog-proof@v1.
 * Checked here: the entry names our record, and the proof leads from the entry to the root in the checkpoint.
 * Deliberately absent: the Ed25519 signature of the checkpoint; the page says so, and `mingqian verify
 * --log-key` checks it.
 */
(function (M) {
  'use strict';

  var DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

  // Files are read byte by byte, so the dash before a signature (U+2014) stands as its three UTF-8 bytes.
  var SIGNATURE = '\n\n\u00e2\u0080\u0094 ';

  function unbase64(file, text) {
    if (!/^[A-Za-z0-9+/]{43}=$/.test(text)) { throw new M.Unreadable(file, '不是 32 字节的 base64：' + text.slice(0, 50)); }
    var out = new Uint8Array(32), held = 0, bits = 0, at = 0;
    for (var i = 0; i < 43; i++) {
      held = (held << 6) | DIGITS.indexOf(text.charAt(i)); bits += 6;
      if (bits >= 8) { bits -= 8; out[at++] = held >>> bits; held &= (1 << bits) - 1; }
    }
    if (held !== 0) { throw new M.Unreadable(file, 'base64 末尾有多余的位'); }
    return out;
  }

  function readEntry(file, text) {
    var match = /^shuang\/1 entry\ntype ([0-9a-z.-]{1,31})\ntime (0|[1-9][0-9]{0,17})\nact ([0-9a-f]{64})\n(?:record ([0-9a-f]{64})\n)?$/.exec(text);
    if (!match) { throw new M.Unreadable(file, '不是日志条目的格式'); }
    return { type: match[1], time: Number(match[2]), record: match[4] };
  }

  function readProof(file, text) {
    var gap = text.indexOf('\n\n');
    var head = text.slice(0, gap).split('\n'), note = text.slice(gap + 2), at = 1;
    if (gap < 0 || head[0] !== 'c2sp.org/tlog-proof@v1') { throw new M.Unreadable(file, '不是 c2sp.org/tlog-proof@v1'); }
    if (/^extra /.test(head[at] || '')) { at++; }
    var index = /^index (0|[1-9][0-9]{0,14})$/.exec(head[at] || '');
    if (!index) { throw new M.Unreadable(file, '缺少 index 行'); }
    var body = note.split('\n');
    if (body.length < 5 || !/^(0|[1-9][0-9]{0,14})$/.test(body[1]) || note.indexOf(SIGNATURE) < 0) {
      throw new M.Unreadable(file, '不是签名的检查点');
    }
    return {
      index: Number(index[1]), size: Number(body[1]), root: unbase64(file, body[2]), origin: body[0],
      path: head.slice(at + 1).map(function (line) { return unbase64(file, line); })
    };
  }

  /* RFC 9162 §2.1.3.2, with numbers up to 2^53 instead of bit operations on 32 bits; null if the path does not fit. */
  M.rootFrom = function (suite, leaf, proof) {
    var fn = proof.index, sn = proof.size - 1, r = leaf;
    if (fn > sn) { return null; }
    for (var i = 0; i < proof.path.length; i++) {
      if (sn === 0) { return null; }
      if (fn % 2 === 1 || fn === sn) {
        r = suite.node(proof.path[i], r);
        while (fn % 2 === 0 && fn !== 0) { fn = fn / 2; sn = Math.floor(sn / 2); }
      } else { r = suite.node(r, proof.path[i]); }
      fn = Math.floor(fn / 2); sn = Math.floor(sn / 2);
    }
    return sn === 0 ? M.hex(r) : null;
  };

  /* Text of what was found; throws Unreadable; returns {right, words}. */
  M.checkReceipt = function (kind, recordHash, entryText, proofText) {
    var log = M.suite(false), entry = readEntry(kind + '.entry', entryText), proof = readProof(kind + '.proof', proofText);
    if (entry.type !== kind || entry.record !== recordHash) { return { right: false, words: '日志条目说的不是这份 ' + kind + ' 记录' }; }
    if (M.rootFrom(log, M.unhex(log.leaf(entryText)), proof) !== M.hex(proof.root)) {
      return { right: false, words: '存在性证明算不到检查点的根' };
    }
    return { right: true, words: '日志 ' + proof.origin + ' 第 ' + proof.index + ' 条，共 ' + proof.size + ' 条；条目时间 ' + new Date(entry.time).toISOString() };
  };
})(Mingqian);

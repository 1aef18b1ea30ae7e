/*
 * Log receipts: the entry of SPEC-log §3 and its inclusion proof in the form c2sp.org/tlog-proof@v1.
 * Checked here: the entry names our record, the proof leads from the entry to the root in the checkpoint, and the
 * entries stand in the order and at the intervals the draw demands.
 * Deliberately absent: the Ed25519 signature of the checkpoint; the page says so, and `mingqian verify
 * --log-key` checks it.
 */
(function (M) {
  'use strict';

  var DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  var MOST_HASHES = 63, MOST_SIGNATURES = 64, MOST_PROOF = 1 << 20, MOST_NOTE = 1 << 19, KEY_ID = 4, ED25519 = 64;
  var MOST_NUMBER = '9223372036854775807';
  // Seconds by which the clocks of two machines may differ.
  var CLOCKS_DIFFER = 60;
  var ENTRY = /^shuang\/([12]) entry\ntype ([a-z-]{1,31})\ntime (0|[1-9][0-9]{0,18})\nact ([0-9a-f]{64})\nrecord ([0-9a-f]{64})\n$/;
  var TYPES = ['plan', 'freeze', 'reveal', 'result', 'void', 'substitute', 'recuse', 'extend', 'part', 'open', 'publish', 'key'];
  var NEW_TYPES = ['part-number', 'repair', 'restart'];
  // A name of a log or of a key has no plus, no white space and no control character of Unicode.
  var PLAIN = '[^+\\u0000-\\u0020\\u007f-\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
  var ORIGIN = new RegExp('^' + PLAIN + '$'), SIGNATURE = new RegExp('^\u2014 (' + PLAIN + ') ([A-Za-z0-9+/]+={0,2})$');
  var NO_LEAVES = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

  /* Files are read byte by byte; only proofs hold names that may be more than ASCII. */
  function unicode(file, text) {
    var bytes = new Uint8Array(text.length);
    for (var i = 0; i < text.length; i++) { bytes[i] = text.charCodeAt(i); }
    try { return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes); }
    catch (error) { throw new M.Unreadable(file, '不是 UTF-8 文本'); }
  }

  /* Canonical base64 as bytes, or null. */
  function unbase64(text) {
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) { return null; }
    var bare = text.replace(/=+$/, ''), out = [], held = 0, bits = 0;
    for (var i = 0; i < bare.length; i++) {
      held = (held << 6) | DIGITS.indexOf(bare.charAt(i));
      bits += 6;
      if (bits >= 8) { bits -= 8; out.push(held >>> bits); held &= (1 << bits) - 1; }
    }
    return held === 0 ? new Uint8Array(out) : null;
  }
  function hashOf(file, text) {
    var bytes = unbase64(text);
    if (!bytes || bytes.length !== 32) { throw new M.Unreadable(file, '不是 32 字节的 base64：' + text.slice(0, 50)); }
    return bytes;
  }
  function decimal(text) {
    return /^(0|[1-9][0-9]{0,18})$/.test(text) && (text.length < 19 || text <= MOST_NUMBER);
  }

  function readEntry(file, text) {
    var match = ENTRY.exec(text);
    if (!match || !decimal(match[3]) || (match[1] === '1' ? TYPES : NEW_TYPES).indexOf(match[2]) < 0) {
      throw new M.Unreadable(file, '不是日志条目的格式');
    }
    return { type: match[2], milliseconds: match[3], record: match[5] };
  }

  function readNote(file, bytes) {
    if (bytes.length > MOST_NOTE) { throw new M.Unreadable(file, '检查点过长'); }
    var note = unicode(file, bytes);
    var parts = note.split('\n\n'), lines = (parts[0] || '').split('\n'), signatures = (parts[1] || '').split('\n');
    var own = false;
    var good = parts.length === 2 && signatures.pop() === '' && lines.length >= 3 &&
      lines.every(function (line) { return line !== '' && !/[\u0000-\u001f]/.test(line); }) &&
      ORIGIN.test(lines[0]) && decimal(lines[1]) && signatures.length >= 1 && signatures.length <= MOST_SIGNATURES &&
      signatures.every(function (line) {
        var match = SIGNATURE.exec(line), bytes = match && unbase64(match[2]);
        own = own || (match && match[1] === lines[0] && bytes && bytes.length === KEY_ID + ED25519);
        return bytes && bytes.length > KEY_ID;
      });
    if (!good) { throw new M.Unreadable(file, '不是签名的检查点'); }
    var root = hashOf(file, lines[2]);
    if (lines[1] === '0' && M.hex(root) !== NO_LEAVES) { throw new M.Unreadable(file, '空日志的树根有误'); }
    return { origin: lines[0], size: lines[1], root: root, own: own };
  }

  function readProof(file, text) {
    var gap = text.indexOf('\n\n'), head = text.slice(0, gap).split('\n'), at = 1;
    if (gap < 0 || text.length > MOST_PROOF || head[0] !== 'c2sp.org/tlog-proof@v1') { throw new M.Unreadable(file, '不是 c2sp.org/tlog-proof@v1'); }
    if (/^extra /.test(head[at] || '')) {
      if (!unbase64(head[at].slice(6))) { throw new M.Unreadable(file, 'extra 不是 base64'); }
      at++;
    }
    var index = /^index ([0-9]+)$/.exec(head[at] || '');
    if (!index || !decimal(index[1]) || head.length - at - 1 > MOST_HASHES) { throw new M.Unreadable(file, 'index 行或路径不合格式'); }
    var proof = readNote(file, text.slice(gap + 2));
    proof.index = index[1];
    proof.path = head.slice(at + 1).map(function (line) { return hashOf(file, line); });
    return proof;
  }

  M.readReceipt = function (name, entryText, proofText) {
    return { name: name, text: entryText, entry: readEntry(name + '.entry', entryText), proof: readProof(name + '.proof', proofText) };
  };

  /* Bits of a decimal text, lowest first; figures beyond 2^53 are possible in a log. */
  function bitsOf(text) {
    var digits = text.split('').map(Number), bits = [];
    while (digits.length > 1 || digits[0] > 0) {
      var rest = 0;
      digits = digits.map(function (digit) { var value = rest * 10 + digit; rest = value % 2; return (value - rest) / 2; });
      bits.push(rest);
      while (digits.length > 1 && digits[0] === 0) { digits.shift(); }
    }
    return bits;
  }
  function lessOne(bits) {
    var out = bits.slice(), i = 0;
    while (i < out.length && out[i] === 0) { out[i++] = 1; }
    if (i === out.length) { return null; }
    out[i] = 0;
    return out;
  }

  /* RFC 9162 §2.1.3.2 by the bits of index and size: up to the highest bit in which index and last leaf differ a
     sibling stands on the side the bit says, above it always to the left, one for each set bit. Null if it does not fit. */
  M.rootFrom = function (suite, leaf, proof) {
    var at = bitsOf(String(proof.index)), last = lessOne(bitsOf(String(proof.size))), split = 0, sides = [], i;
    if (!last) { return null; }
    while (at.length < last.length) { at.push(0); }
    while (last.length < at.length) { last.push(0); }
    for (i = 0; i < at.length; i++) { if (at[i] !== last[i]) { split = i + 1; } }
    if (split && at[split - 1] > last[split - 1]) { return null; }
    for (i = 0; i < at.length; i++) { if (i < split || at[i]) { sides.push(at[i]); } }
    if (sides.length !== proof.path.length) { return null; }
    return M.hex(sides.reduce(function (node, side, k) {
      return side ? suite.node(proof.path[k], node) : suite.node(node, proof.path[k]);
    }, leaf));
  };

  function later(a, b) { return a.length !== b.length ? a.length > b.length : a > b; }

  function typeOf(b, name) {
    return /^change-/.test(name) ? b.changes[Number(name.slice(7)) - 1].type : name;
  }

  /* Check 20 for one receipt; `type` is what the entry must be of. */
  M.receiptRight = function (receipt, type, recordHash) {
    var log = M.suite(false), right = receipt.entry.type === type && receipt.entry.record === recordHash;
    var root = M.rootFrom(log, M.unhex(log.leaf(receipt.text)), receipt.proof);
    return { right: right && root === M.hex(receipt.proof.root), words: !right ? '日志条目说的不是这份 ' + receipt.name :
      root !== M.hex(receipt.proof.root) ? '存在性证明算不到检查点的根' :
        '日志 ' + receipt.proof.origin + ' 第 ' + receipt.proof.index + ' 条，共 ' + receipt.proof.size + ' 条，条目时间（毫秒）' + receipt.entry.milliseconds };
  };

  /* The receipts in the order the records follow each other. */
  function inOrder(b) {
    var order = ['plan', 'freeze', 'reveal', 'result', 'void'];
    b.fit.records.forEach(function (name) { if (/^change-/.test(name)) { order.push(name); } });
    order.push('open');
    return b.receipts.slice().sort(function (x, y) { return order.indexOf(x.name) - order.indexOf(y.name); });
  }

  /* Check 21: the order within one log. */
  function checkOrder(b, there, found) {
    var origins = new Set(there.map(function (r) { return r.proof.origin; })), roots = new Map();
    if (origins.size > 1) {
      found.open.push('凭证出自几个日志（' + Array.from(origins).join('、') + '）：它们之间是否由 restart 相接、先后如何，本页不能核对。');
    }
    var oneTree = there.every(function (r) {
      var key = r.proof.origin + ' ' + r.proof.size, root = M.hex(r.proof.root), known = roots.get(key);
      roots.set(key, root);
      return known === undefined || known === root;
    });
    found.say(oneTree, '同一日志同样大小的检查点是同一个');
    found.say(there.every(function (r, i) {
      return there.slice(0, i).every(function (before) {
        return before.proof.origin !== r.proof.origin || later(r.proof.index, before.proof.index);
      });
    }), '日志中的先后：方案、冻结、公开随机数、结果或作废、变动、公开');
    found.say(there.every(function (r, i) {
      return there.slice(0, i).every(function (before, k) {
        return before.proof.origin !== r.proof.origin || there[k + 1].proof.origin === r.proof.origin;
      });
    }), '日志接续以后，旧的不再续写');
  }

  /* Check 22: what the entries claim about time, in whole seconds. */
  function checkTimes(b, there, found) {
    var at = {}, f = b.freeze;
    b.receipts.forEach(function (r) { at[r.name] = Number(r.entry.milliseconds.slice(0, -3)); });
    function notBefore(name, time, words) { if (name in at && time === time) { found.say(at[name] >= time, words); } }
    /* What was frozen under a clock that ran ahead can be made void before its hours come. */
    var free = b.made && !b.reveal ? 'void' : '';
    if (free && there.some(function (r) { return at['void'] + CLOCKS_DIFFER < at[r.name]; })) {
      found.open.push('作废所称的时刻早于所作废的方案或冻结：日志的时钟是否更正过（repair），请对照公开日志。');
    }
    found.say(there.every(function (r, i) {
      return r.name === free || there.slice(0, i).every(function (before) { return at[r.name] + CLOCKS_DIFFER >= at[before.name]; });
    }), '没有一项记录所称的时间早于它所跟随的（两台机器的时钟至多差 ' + CLOCKS_DIFFER + ' 秒）');
    if (!f) { return; }
    notBefore('freeze', at.plan + b.plan.planSeconds, '方案公布到冻结，不短于方案规定的间隔');
    if ('freeze' in at) {
      found.say((f.beacon ? f.beacon.time : f.revealFrom) >= at.freeze + b.plan.freezeSeconds, '冻结到信标（没有信标则到公开随机数），不短于方案规定的间隔');
    }
    if (!b.reveal && 'void' in at && at['void'] >= Math.max(f.revealFrom, f.beacon ? f.beacon.time : 0)) {
      found.open.push('作废时已经在收随机数：随机数交了没有，作废的人是否已经知道会抽出什么，案卷看不出来。');
    }
    if (b.reveal) { checkRevealed(b, there, at, found); }
    if (f.beacon) { notBefore('result', f.beacon.time, '结果不早于信标的时间'); }
    if (f.beacon && b.made) { checkVoided(b, at, found); }
  }

  /* REVEAL and what follows it: whoever is absent may come until reveal-by. */
  function checkRevealed(b, there, at, found) {
    var dice = b.reveal.dice, absent = b.reveal.parties.some(function (party) { return party.nonce === null; }) || (dice && dice.digits === null);
    var least = absent ? Math.max(b.freeze.revealFrom, b.freeze.revealBy) : b.freeze.revealFrom;
    found.say(there.every(function (r) { return r.name === 'plan' || r.name === 'freeze' || at[r.name] >= least; }),
      absent ? '有人缺席：公开随机数和以后的记录不早于 reveal-by' : '公开随机数和以后的记录不早于 reveal-from');
    if (b.freeze.beacon && 'reveal' in at) { found.say(at.reveal < b.freeze.beacon.time, '公开随机数（REVEAL）早于信标，那时还没有人能挑选谁缺席'); }
  }

  /* A round of drand is out at its time; what a void attempt would have drawn is not known before its beacon. */
  function checkVoided(b, at, found) {
    var beacon = b.freeze.beacon, decided = b.made.reveal !== 'none' && b.made.program === false;
    if ('void' in at && decided && beacon.source.indexOf('drand:') === 0) {
      found.say(at['void'] < beacon.time, '揭示之后由人作废，在 drand 的这一轮公布之前');
    }
    if ('open' in at) { found.say(at.open >= beacon.time, '作废抽取的公开不早于信标的时间'); }
  }

  M.checkReceipts = function (b, texts, found) {
    var plain = M.suite(false), missing = b.fit.records.filter(function (x) { return b.fit.receipts.indexOf(x) < 0; });
    b.receipts.forEach(function (r) {
      var verdict = M.receiptRight(r, typeOf(b, r.name), plain.text(texts(r.name + '.txt')));
      found.say(verdict.right, r.name + ' 已记入日志', verdict.words);
      if (!r.proof.own) { found.say(false, r.name + ' 的检查点有日志自己的签名行'); }
    });
    if (b.receipts.length) {
      var there = inOrder(b);
      checkOrder(b, there, found);
      checkTimes(b, there, found);
      found.open.push('日志检查点的签名：本页不验。不用 mingqian verify --log-key 核对，这些存在性证明任何人都能造。');
    }
    if (missing.length) { found.open.push('没有日志存在性证明：' + missing.join('、') + '。'); }
  };
})(Mingqian);

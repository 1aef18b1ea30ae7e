/*
 * Strict readers for the texts of shuang/1: FREEZE, seed.txt, RESULT, order files, tab-separated leaves; and the
 * walk over lines that both versions use. A line that is unknown, repeated or in the wrong place makes the bundle
 * unreadable; nothing is guessed.
 * Deliberately absent: any judgement whether the numbers fit together (that is one.js).
 */
(function (M) {
  'use strict';

  M.Unreadable = function (where, message) { this.where = where; this.message = message; };
  M.Unreadable.prototype = Object.create(Error.prototype);

  var NAME = /^[0-9A-Za-z._-]{1,31}$/;
  var STRATUM = /^[0-9A-Za-z._-]{1,31}(:[0-9A-Za-z._-]{1,31})?$/;
  var HASH = /^[0-9a-f]{64}$/;
  /* At most 2^64 - 1: numbers are compared as text, digit by digit, where a double would round. */
  var COUNT = { test: function (text) {
    return /^(0|[1-9][0-9]{0,19})$/.test(text) && (text.length < 20 || text <= '18446744073709551615');
  } };
  var ATTEMPT = { test: function (text) { return /^[1-9][0-9]{0,9}$/.test(text) && Number(text) <= 4294967295; } };
  var STATUS = /^(draw|(must|skip):[0-9A-Za-z._-]{1,31})$/;
  var SOURCE = /^[0-9A-Za-z._-]{1,31}(:[0-9a-f]{64})?$/;
  M.NAME = NAME;
  M.STATUS = STATUS;

  /* Walks the lines of one file; every refusal names file and line. */
  function Lines(file, text, separator) {
    this.file = file;
    this.at = 0;
    this.separator = separator || ' ';
    if (text.length && text.charAt(text.length - 1) !== '\n') { throw new M.Unreadable(file, '最后一行没有换行符'); }
    if (separator ? /[^\t\n\x20-\x7e]/.test(text) : /[^\n\x20-\x7e]/.test(text)) {
      throw new M.Unreadable(file, '含有协议不允许的字符（只能是可见 ASCII 字符，换行只用 LF）');
    }
    this.rows = text.length ? text.slice(0, -1).split('\n') : [];
  }
  Lines.prototype.fail = function (message) {
    throw new M.Unreadable(this.file, '第 ' + (this.at + 1) + ' 行：' + message);
  };
  Lines.prototype.next = function () {
    if (this.at >= this.rows.length) { this.fail('文件在此处中断，缺少内容'); }
    return this.rows[this.at].split(this.separator);
  };
  Lines.prototype.is = function (keyword) {
    return this.at < this.rows.length && this.rows[this.at].split(this.separator)[0] === keyword;
  };
  /* The values of the next line, which must begin with `keyword` and match the patterns, one each. */
  Lines.prototype.take = function (keyword, patterns) {
    var words = this.next();
    if (words[0] !== keyword) { this.fail('应为“' + keyword + '”，实为“' + words[0].slice(0, 40) + '”'); }
    return this.match(words.slice(1), patterns);
  };
  Lines.prototype.match = function (values, patterns) {
    if (values.length !== patterns.length) { this.fail('字段数应为 ' + patterns.length + '，实为 ' + values.length); }
    for (var i = 0; i < values.length; i++) {
      if (!patterns[i].test(values[i])) { this.fail('第 ' + (i + 1) + ' 个值不合格式：' + values[i].slice(0, 60)); }
    }
    this.at++;
    return values;
  };
  Lines.prototype.header = function (text) {
    if (this.rows[this.at] !== text) { this.fail('应为“' + text + '”'); }
    this.at++;
  };
  Lines.prototype.end = function () {
    if (this.at !== this.rows.length) { this.fail('多出的内容：' + this.rows[this.at].slice(0, 40)); }
  };

  M.Lines = Lines;

  function sourceLines(r, f) {
    var v;
    while (r.is('party')) { v = r.take('party', [NAME, HASH]); f.sources.push({ kind: 'party', name: v[0], commitment: v[1] }); }
    if (r.is('dice')) { v = r.take('dice', [NAME]); f.sources.push({ kind: 'dice', name: v[0] }); }
    f.revealBy = r.take('reveal-by', [COUNT])[0];
    if (!r.is('beacon')) { return; }
    v = r.take('beacon', [SOURCE, NAME]);
    if (v[0].indexOf(':') >= 0 && !COUNT.test(v[1])) { r.at--; r.fail('轮次应为数字，没有前导零：' + v[1]); }
    f.sources.push({ kind: 'beacon', name: v[0] + ' ' + v[1] });
  }

  function teamLines(r, f) {
    var v;
    while (r.is('draw-inspectors')) {
      v = r.take('draw-inspectors', [NAME, COUNT, COUNT]);
      f.authorities.push({ name: v[0], size: Number(v[1]), drawn: Number(v[2]), written: v[1] });
    }
    v = r.take('recusals', [COUNT, HASH]);
    f.recusals = { leaves: Number(v[0]), written: v[0], root: v[1] };
    for (var i = 0; i < f.authorities.length; i++) {
      v = r.take('team', [NAME, COUNT]);
      if (v[0] !== f.authorities[i].name) { r.fail('team 与 draw-inspectors 的名称或次序不一致'); }
      f.authorities[i].team = Number(v[1]);
    }
    var words = r.next();
    f.groups = 0;
    if (words.length === 2 && words[1] === 'pairs') { r.take('assign', [/^pairs$/]); } else {
      f.groups = Number(r.take('assign', [/^groups$/, COUNT])[1]);
      if (f.groups < 1) { r.fail('组数至少为 1'); }
    }
    while (r.is('area')) {
      if (!f.groups) { r.fail('area 只用于分组方式'); }
      f.areas.push(r.take('area', [NAME])[0]);
    }
    while (r.is('leader')) { f.leaders.push(r.take('leader', [NAME])[0]); }
  }

  M.readFreeze = function (text) {
    var r = new Lines('freeze.txt', text), v;
    var f = { strata: [], authorities: [], areas: [], leaders: [], sources: [], sm3: false };
    r.header('shuang/1 freeze');
    f.campaign = r.take('campaign', [NAME])[0];
    f.attempt = r.take('attempt', [ATTEMPT])[0];
    if (r.is('suite')) { r.take('suite', [/^sm3$/]); f.sm3 = true; }
    f.plan = r.take('plan', [HASH])[0];
    if (r.is('extends')) { f.extended = r.take('extends', [HASH])[0]; }
    v = r.take('subjects', [COUNT, HASH]);
    f.subjects = { leaves: Number(v[0]), written: v[0], root: v[1] };
    while (r.is('stratum')) {
      v = r.take('stratum', [STRATUM, COUNT, COUNT]);
      f.strata.push({ name: v[0], size: Number(v[1]), drawn: Number(v[2]), written: v[1] });
    }
    f.mustWritten = r.take('must', [COUNT])[0];
    f.skipWritten = r.take('skip', [COUNT])[0];
    f.must = Number(f.mustWritten);
    f.skip = Number(f.skipWritten);
    v = r.take('inspectors', [COUNT, HASH]);
    f.inspectors = { leaves: Number(v[0]), written: v[0], root: v[1] };
    teamLines(r, f);
    f.secret = r.take('secret', [HASH])[0];
    sourceLines(r, f);
    r.end();
    return f;
  };

  function reasonOf(rest) { return rest.length === 2 && rest[0] === 'absent' && NAME.test(rest[1]) ? rest[1] : null; }

  /* One entry per announced source, in FREEZE's order: {absent} or {value}. */
  M.readSeed = function (text, freeze) {
    var r = new Lines('seed.txt', text), s = { opened: [] };
    r.header('shuang-seed/1');
    s.campaign = r.take('campaign', [NAME])[0];
    s.attempt = r.take('attempt', [COUNT])[0];
    s.freeze = r.take('freeze', [HASH])[0];
    freeze.sources.forEach(function (source) {
      var words = r.next(), known = source.name.split(' '), rest = words.slice(1 + known.length);
      if (words[0] !== source.kind || words.slice(1, 1 + known.length).join(' ') !== source.name) {
        r.fail('应为 ' + source.kind + ' ' + source.name + '（与 FREEZE 公布的来源同序）');
      }
      var absent = reasonOf(rest);
      if (absent === null) { checkValue(r, source, rest); }
      s.opened.push({ source: source, absent: absent, value: rest.join(' ') });
      r.at++;
    });
    r.end();
    return s;
  };

  /* 双色球: six ascending of 01–33, then one of 01–16. */
  function lottery(numbers) {
    return numbers.every(function (v, i) {
      return /^[0-9]{2}$/.test(v) && v >= '01' && v <= (i < 6 ? '33' : '16') && (i === 0 || i === 6 || v > numbers[i - 1]);
    });
  }

  function checkValue(r, source, rest) {
    var ok;
    if (source.kind === 'party') { ok = rest.length === 1 && HASH.test(rest[0]); }
    else if (source.kind === 'dice') { ok = rest.length === 1 && /^[0-9]{1,200}$/.test(rest[0]); }
    else if (source.name.indexOf('drand:') === 0) { ok = rest.length === 1 && /^[0-9a-f]{96}$/.test(rest[0]); }
    else if (source.name.indexOf('cwl-ssq ') === 0) { ok = rest.length === 7 && lottery(rest); }
    else { ok = rest.length > 0 && rest.length <= 40 && rest.every(function (v) { return /^[0-9]{2}$/.test(v); }); }
    if (!ok) { r.fail(source.kind + ' ' + source.name + ' 的值不合格式'); }
  }

  M.ORDER_FILES = ['subjects.order', 'inspectors.order', 'teams.txt', 'leaders.txt'];

  M.readResult = function (text, freeze) {
    var r = new Lines('result.txt', text), s = { cutoffs: [], files: {} };
    r.header('shuang/1 result');
    s.campaign = r.take('campaign', [NAME])[0];
    s.attempt = r.take('attempt', [COUNT])[0];
    s.freeze = r.take('freeze', [HASH])[0];
    s.seed = r.take('seed', [HASH])[0];
    freeze.strata.forEach(function (stratum) {
      var v = r.take('cutoff', [STRATUM, /^(-|[0-9a-f]{64})$/]);
      if (v[0] !== stratum.name) { r.at--; r.fail('cutoff 的分层次序与 FREEZE 不一致'); }
      s.cutoffs.push(v[1]);
    });
    M.ORDER_FILES.forEach(function (name) {
      var v = r.take('file', [/^[a-z.]+$/, HASH]);
      if (v[0] !== name) { r.at--; r.fail('应为 file ' + name); }
      s.files[name] = v[1];
    });
    r.end();
    return s;
  };

  function rows(file, text, separator, patterns, sorted) {
    var r = new Lines(file, text, separator), out = [], before = null;
    while (r.at < r.rows.length) {
      var line = r.rows[r.at];
      if (sorted && before !== null && line <= before) { r.fail('没有按字节升序排列，或有重复行'); }
      before = line;
      out.push(r.match(r.next(), patterns));
    }
    return out;
  }

  M.readOrder = function (file, text) {
    return rows(file, text, ' ', [HASH, STRATUM, HASH], true);
  };

  M.readTeams = function (file, text, width) {
    var patterns = [NAME];
    while (patterns.length < width) { patterns.push(NAME); }
    return rows(file, text, ' ', patterns, false);
  };

  var PAIR = /^[0-9A-Za-z._-]{1,31}:[0-9A-Za-z._-]{1,31}$/;

  /* subjects.tsv, inspectors.tsv, recusals.tsv: id, stratum, status, area. */
  M.readFrame = function (file, text, kind) {
    var recusal = kind === 'recusal';
    var patterns = recusal ? [PAIR, /^-$/, /^pair$/, /^-$/] : [NAME, STRATUM, STATUS, NAME];
    return rows(file, text, '\t', patterns, true).map(function (v) {
      return { id: v[0], stratum: v[1], status: v[2], area: v[3] };
    });
  };

  M.readSecret = function (text) {
    var r = new Lines('secret.txt', text);
    var v = r.match(r.next(), [HASH]);
    r.end();
    return v[0];
  };

  /* The sum of numbers as they are written, as text: exact, where a double would round beyond 2^53. */
  M.sumText = function (texts) {
    var high = 0, low = 0, CUT = 10, UNIT = 10000000000;
    texts.forEach(function (text) { high += Number(text.slice(0, -CUT)); low += Number(text.slice(-CUT)); });
    high += Math.floor(low / UNIT);
    low = String(low % UNIT);
    return high ? high + '0000000000'.slice(low.length) + low : low;
  };

  M.readRows = rows;
  M.HASH = HASH;
  M.STRATUM = STRATUM;
})(Mingqian);

/*
 * The verdict on a bundle: its version, what is right, what contradicts, what this page cannot show. Exit figures as
 * everywhere: 0 complete and right (never given here, because this page verifies no signature of the log),
 * 1 contradiction, 2 unreadable, 3 right so far.
 * Deliberately absent: network, storage, any trust in the program that made the bundle.
 */
(function (M) {
  'use strict';

  function decode(bytes) {
    var out = '';
    for (var i = 0; i < bytes.length; i += 8192) { out += String.fromCharCode.apply(null, bytes.subarray(i, i + 8192)); }
    return out;
  }

  function Findings() { this.checks = []; this.open = []; this.wrong = false; }
  Findings.prototype.say = function (right, what, detail) {
    this.checks.push({ outcome: right ? 'right' : 'wrong', what: what, detail: detail || '' });
    if (!right) { this.wrong = true; }
    return right;
  };

  /* Named before anything else, because it hides the version a file says it has. */
  function refuseMark(files) {
    files.forEach(function (bytes, name) {
      if (bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
        throw new M.Unreadable(name, '开头有 BOM（字节 EF BB BF），协议不允许：文件被某个编辑器改存过，请重新下载');
      }
    });
  }

  /* FREEZE decides the version of an attempt; a void before FREEZE exists in shuang/2 only. */
  function isTwo(files, texts) {
    return files.has('freeze.txt') ? texts('freeze.txt').slice(0, 9) === 'shuang/2 ' : files.has('plan.txt');
  }

  function figure(level) { return level === null ? '未知' : String(level); }

  M.attemptWords = function (campaign, attempt) { return '抽查任务 ' + campaign + '，第 ' + attempt + ' 次抽取'; };

  /* The two lines a verdict ends in. */
  function lastLines(verdict, found) {
    var wrong = found.checks.filter(function (check) { return check.outcome === 'wrong'; }).length;
    var l = verdict.levels, right = found.checks.length - wrong;
    return ['办理步骤：' + verdict.steps.join('；') + '。',
      '技术核对：相符 ' + right + ' 项，不符 ' + wrong + ' 项，未核对 ' + found.open.length + ' 项（列于上），其中日志签名和 drand 签名本页从不核对。' +
      (l ? '等级：公布 ' + figure(l.announced) + '，达到 ' + figure(l.reached) + '，已证实 ' + figure(l.proven) + '。' : '') +
      (verdict.replayed || '')];
  }

  /* What could not be read is judged in nothing. */
  M.unread = function (error) {
    return { stage: '', exit: 2, attempt: '', level: null, levels: null, steps: [], open: [],
      checks: [{ outcome: 'wrong', what: '无法读取 ' + error.where, detail: error.message }],
      last: ['办理步骤：读不了，没有判断。', '技术核对：读不了，没有核对。'] };
  };

  /* Files by name; a name twice is an error. */
  M.named = function (parts) {
    var files = new Map();
    parts.forEach(function (part) {
      if (files.has(part.name)) { throw new M.Unreadable(part.name, '同名文件出现两次'); }
      files.set(part.name, part.bytes);
    });
    return files;
  };

  /* Generator of progress texts; its return value is the verdict. `files`: Map from name to bytes. */
  M.verify = function* (files) {
    var found = new Findings(), cache = new Map();
    var verdict = { stage: '', exit: 2, attempt: '', checks: found.checks, open: found.open, level: null, levels: null, isVoid: false, steps: [], last: [] };
    function texts(name) {
      if (!cache.has(name)) { cache.set(name, decode(files.get(name))); }
      return cache.get(name);
    }
    try {
      refuseMark(files);
      yield* (isTwo(files, texts) ? M.judgeTwo : M.judgeOne)(files, texts, found, verdict);
      found.open.push('超过读取上限的案卷不读：合计 ' + M.MAX_TOTAL + ' 字节，zip 中 ' + M.MAX_ENTRIES + ' 个文件。');
      verdict.exit = found.wrong ? 1 : 3;
      verdict.level = verdict.levels ? verdict.levels.reached : null;
      verdict.last = lastLines(verdict, found);
    } catch (error) {
      if (!(error instanceof M.Unreadable)) { throw error; }
      return M.unread(error);
    }
    return verdict;
  };
})(Mingqian);

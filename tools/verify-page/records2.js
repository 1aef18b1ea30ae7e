/*
 * Strict readers for the texts of shuang/2 (protocol §3, §8). A line is written here as the protocol writes it, and
 * what stands beside it there about the record alone (order, bounds, which lines stand together) is refused here;
 * what names another record is judged in two.js.
 * Deliberately absent: any judgement whether records fit together.
 */
(function (M) {
  'use strict';

  var NAME = '[0-9A-Za-z][0-9A-Za-z._-]{0,30}', HASH = '[0-9a-f]{64}', COUNT = '0|[1-9][0-9]{0,7}';
  /* Every number up to the one written, as a regular expression. */
  function upTo(most) {
    var forms = ['0', '[1-9][0-9]{0,' + (most.length - 2) + '}', most];
    for (var i = 0; i < most.length; i++) {
      var least = i ? 0 : 1, digit = Number(most[i]);
      if (digit > least) { forms.push(most.slice(0, i) + '[' + least + '-' + (digit - 1) + '][0-9]{' + (most.length - i - 1) + '}'); }
    }
    return forms.join('|');
  }

  var WORDS = {
    name: NAME, id: NAME, code: NAME, reason: NAME, round: NAME,
    item: NAME + '|-', kind: NAME + '|-', area: NAME + '|-', place: NAME + '|-',
    stratum: NAME + '(?::' + NAME + ')?', pair: NAME + ':' + NAME,
    hash: HASH, person: HASH + '|-', ticket: HASH, source: 'drand:' + HASH + '|' + NAME,
    count: COUNT, time: '0|[1-9][0-9]{0,9}', attempt: '[1-9][0-9]{0,9}', visit: '[1-9][0-9]{0,7}',
    fraction: '(?:0|[1-9][0-9]{0,6})/[1-9][0-9]{0,6}', version: '[\\x21-\\x7e]{1,63}',
    status: 'draw|pair|(?:must|skip):' + NAME, digits: '[0-9]{1,200}',
    codes: '(?:' + NAME + '|-)(?: (?:' + NAME + '|-))*', value: '[0-9a-f+]+(?: [0-9a-f+]+)*', path: '-|' + HASH + '(?:,' + HASH + ')*',
    // shuang/1, whose plans may stand under an attempt of shuang/2
    oldname: '[0-9A-Za-z._-]{1,31}', number: upTo('18446744073709551615'), oldfraction: '(?:0|[1-9][0-9]{0,9})/[1-9][0-9]{0,9}',
    oldstratum: '[0-9A-Za-z._-]{1,31}(?::[0-9A-Za-z._-]{1,31})?', oldsource: '[0-9A-Za-z._-]{1,31}(?::' + HASH + ')?'
  };
  var made = {};

  /* "stratum <stratum> <count>" as a regular expression; what stands in <…> is captured. */
  function pattern(form) {
    if (!made[form]) {
      made[form] = new RegExp('^' + form.replace(/<([a-z]+)>/g, function (whole, word) { return '(' + WORDS[word] + ')'; }) + '$');
    }
    return made[form];
  }

  function Record(file, text, separator) { M.Lines.call(this, file, text, separator); }
  Record.prototype = Object.create(M.Lines.prototype);
  /* The captured words of the next line, or null; does not move on null. */
  Record.prototype.maybe = function (form) {
    var found = this.at < this.rows.length ? pattern(form).exec(this.rows[this.at]) : null;
    if (!found) { return null; }
    this.at++;
    return found.slice(1);
  };
  Record.prototype.one = function (form) {
    if (this.at >= this.rows.length) { this.fail('文件在此处中断，应有：' + form); }
    return this.maybe(form) || this.fail('不合格式，应为：' + form.replace(/\[[.]\]/g, '.') + '，实为：' + this.rows[this.at].slice(0, 80));
  };
  Record.prototype.any = function (form) {
    var all = [], line;
    while ((line = this.maybe(form))) { all.push(line); }
    return all;
  };
  Record.prototype.back = function (message) { this.at--; this.fail(message); };
  Record.prototype.ascending = function (values, what) {
    for (var i = 1; i < values.length; i++) {
      if (!(values[i - 1] < values[i])) { this.back(what + '没有升序排列，或有重复'); }
    }
  };

  function first(list) { return list.map(function (line) { return line[0]; }); }
  function counted(list) { return list.map(function (line) { return { name: line[0], count: Number(line[1]) }; }); }

  function attemptLine(r) {
    var attempt = r.one('attempt <attempt>')[0];
    if (Number(attempt) > 4294967295) { r.back('抽取次数最大 4294967295'); }
    return attempt;
  }
  function reference(r, s) {
    s.campaign = r.one('campaign <name>')[0];
    s.attempt = attemptLine(r);
    s.freeze = r.one('freeze <hash>')[0];
  }
  function assignment(r) {
    return r.maybe('assign pairs') ? null : Number(r.one('assign groups <count>')[0]);
  }

  /* p/q with 0 ≤ p ≤ q ≤ most. */
  function fraction(r, text, most) {
    var parts = text.split('/').map(Number);
    if (parts[0] > parts[1] || parts[1] > most) { r.back('比例应在 0 与 1 之间，分母不超过 ' + most); }
    return { over: parts[0], under: parts[1] };
  }
  function rule(r, text, most) {
    var words = text.split(' ');
    if (words[0] === 'pool') { return { kind: 'pool', rate: fraction(r, words[1], most) }; }
    return { kind: words[0], total: words[0] === 'fixed' ? Number(words[1]) : 0 };
  }

  var OLD = { name: '<oldname>', stratum: '<oldstratum>', count: '<number>', fraction: '<oldfraction>', kind: '<oldname>',
    item: '<oldname>', source: '<oldsource>', most: 1000000000 };
  var NEW = { name: '<name>', stratum: '<stratum>', count: '<count>', fraction: '<fraction>', kind: '<kind>',
    item: '<item>', source: '<source>', most: 1000000 };

  function planItems(r, p, w) {
    var rules = '(pool ' + WORDS[w === OLD ? 'oldfraction' : 'fraction'] + '|ceiling|fixed (?:' + WORDS[w === OLD ? 'number' : 'count'] + ')|full)';
    p.items = r.any('item ' + w.item + ' ' + rules).map(function (line) { return { name: line[0], rule: rule(r, line[1], w.most) }; });
    if (p.version === 2 && !p.items.length) { r.fail('至少要有一行 item'); }
    r.ascending(names(p.items), 'item ');
    if (p.version === 2 && p.items.length > 1 && p.items.some(function (item) { return item.name === '-'; })) { r.back('未命名的事项“-”只能单独出现'); }
    p.rates = r.any('rate ' + w.stratum + ' ' + w.fraction).map(function (line) {
      if (p.items.every(function (item) { return item.name !== M.itemOf(line[0]); })) { r.back('rate 的事项没有列出：' + line[0]); }
      if (p.version === 2 && /(^|:)all$/.test(line[0])) { r.back('等级 all 不能有 rate'); }
      return { name: line[0], rate: fraction(r, line[1], w.most) };
    });
    r.ascending(names(p.rates), 'rate ');
  }
  function names(list) { return list.map(function (one) { return one.name; }); }

  M.readPlan = function (text) {
    var r = new Record('plan.txt', text), p = { version: 2 }, w = NEW;
    if (r.maybe('shuang/1 plan')) { p.version = 1; w = OLD; } else { r.one('shuang/2 plan'); }
    p.campaign = r.one('campaign ' + w.name)[0];
    p.sm3 = Boolean(r.maybe('suite sm3'));
    r.one('document <hash>');
    if (p.version === 2) {
      p.rulebook = r.one('rulebook <version> <hash>')[0];
      p.ceremony = Number(r.one('ceremony <time>')[0]);
    }
    planItems(r, p, w);
    p.inspectors = counted(r.any('draw-inspectors ' + w.kind + ' ' + w.count));
    p.teams = counted(r.any('team ' + w.kind + ' ' + w.count));
    if (names(p.inspectors).join(' ') !== names(p.teams).join(' ')) { r.fail('team 与 draw-inspectors 的种类或次序不同'); }
    p.groups = r.maybe('assign pairs') ? null : Number(r.one('assign groups ' + w.count)[0]);
    p.areas = first(r.any('area ' + w.name));
    if (p.version === 2) { r.ascending(p.areas, 'area '); }
    p.leaders = first(r.any('leader ' + w.name));
    p.parties = first(r.any('party ' + w.name));
    p.dice = (r.maybe('dice ' + w.name) || [null])[0];
    p.beacon = (r.maybe('beacon ' + w.source) || [null])[0];
    p.minLevel = Number(r.one('min-level ([012])')[0]);
    p.planSeconds = Number(r.one('plan-seconds ' + w.count)[0]);
    p.freezeSeconds = Number(r.one('freeze-seconds ' + w.count)[0]);
    if (p.version === 1) { r.one('subject-reserve (?:none|next)'); }
    r.end();
    return p;
  };

  function root(r, word) {
    var v = r.one(word + ' <count> <hash>');
    return { leaves: Number(v[0]), root: v[1] };
  }

  M.readFreezeTwo = function (text) {
    var r = new Record('freeze.txt', text), f = {}, v;
    r.one('shuang/2 freeze');
    f.campaign = r.one('campaign <name>')[0];
    f.attempt = attemptLine(r);
    f.sm3 = Boolean(r.maybe('suite sm3'));
    f.plan = r.one('plan <hash>')[0];
    f.extended = (r.maybe('extends <hash>') || [null])[0];
    f.subjects = root(r, 'subjects');
    f.strata = r.any('stratum <stratum> <count> <count>').map(function (v) { return { name: v[0], size: Number(v[1]), drawn: Number(v[2]) }; });
    r.ascending(names(f.strata), 'stratum ');
    f.must = Number(r.one('must <count>')[0]);
    f.skip = Number(r.one('skip <count>')[0]);
    f.inspectors = root(r, 'inspectors');
    f.authorities = r.any('draw-inspectors <kind> <count> <count>').map(function (v) {
      return { name: v[0], size: Number(v[1]), drawn: Number(v[2]), team: 0 };
    });
    if (!f.authorities.length) { r.fail('至少要有一行 draw-inspectors'); }
    f.recusals = root(r, 'recusals');
    f.teams = counted(r.any('team <kind> <count>'));
    f.authorities.forEach(function (a, i) { if (f.teams[i]) { a.team = f.teams[i].count; } });
    f.grouping = assignment(r);
    f.groups = f.grouping || 0;
    f.areas = first(r.any('area <name>'));
    r.ascending(f.areas, 'area ');
    f.leaders = first(r.any('leader <name>'));
    f.secret = r.one('secret <hash>')[0];
    f.parties = r.any('party <name> <hash>').map(function (v) { return { name: v[0], commitment: v[1] }; });
    f.dice = (r.maybe('dice <name>') || [null])[0];
    f.revealFrom = Number(r.one('reveal-from <time>')[0]);
    f.revealBy = Number(r.one('reveal-by <time>')[0]);
    v = r.maybe('beacon <source> <round> <time>');
    f.beacon = v ? { source: v[0], round: v[1], time: Number(v[2]) } : null;
    r.end();
    return f;
  };

  M.readRevealTwo = function (text) {
    var r = new Record('reveal.txt', text), s = {};
    r.one('shuang/2 reveal');
    reference(r, s);
    s.parties = r.any('party <name> (absent timeout|' + HASH + ')').map(function (v) {
      return { name: v[0], nonce: v[1] === 'absent timeout' ? null : v[1] };
    });
    var v = r.maybe('dice <name> (absent timeout|[0-9]{1,200})');
    s.dice = v ? { name: v[0], digits: v[1] === 'absent timeout' ? null : v[1] } : null;
    r.end();
    return s;
  };

  M.readSeedTwo = function (text) {
    var r = new Record('seed.txt', text), s = {}, v;
    r.one('shuang-seed/2');
    reference(r, s);
    s.reveal = r.one('reveal <hash>')[0];
    v = r.maybe('beacon <source> <round> <value>');
    if (v && v[2].length > 200) { r.back('信标的值超过 200 个字符'); }
    s.beacon = v ? { source: v[0], round: v[1], value: v[2] } : null;
    r.end();
    return s;
  };

  M.readResultTwo = function (text) {
    var r = new Record('result.txt', text), s = {};
    r.one('shuang/2 result');
    reference(r, s);
    s.seed = r.one('seed <hash>')[0];
    s.cutoffs = r.any('cutoff <stratum> <person>').map(function (v) { return { name: v[0], ticket: v[1] }; });
    s.files = { 'subjects.order': r.one('file subjects[.]order <hash>')[0], 'inspectors.order': r.one('file inspectors[.]order <hash>')[0] };
    s.sealed = { 'teams.txt': r.one('sealed teams[.]txt <hash>')[0], 'leaders.txt': r.one('sealed leaders[.]txt <hash>')[0] };
    r.end();
    return s;
  };

  M.readVoidTwo = function (text) {
    var r = new Record('void.txt', text), s = {};
    r.one('shuang/2 void');
    s.campaign = r.one('campaign <name>')[0];
    s.attempt = attemptLine(r);
    s.freeze = r.one('freeze (none|' + HASH + ')')[0];
    s.plan = s.freeze === 'none' ? r.one('plan <hash>')[0] : null;
    s.reveal = r.one('reveal ' + (s.freeze === 'none' ? '(none)' : '(none|' + HASH + ')'))[0];
    s.reason = r.one('reason <reason>')[0];
    s.program = Boolean(r.maybe('by program'));
    if (!s.program) { r.one('approver <hash>'); r.one('document <hash>'); }
    if (s.program && (s.reveal === 'none' || s.reason !== 'level-lost')) { r.back('by program 只在揭示之后、事由为 level-lost 时有'); }
    r.end();
    return s;
  };

  function moves(r, form) {
    return r.any(form).map(function (v) { return { visit: Number(v[0]), kind: v[1], from: v[2], to: v[3] }; });
  }
  function leads(r) {
    return r.any('lead <visit> <person> <person>').map(function (v) { return { visit: Number(v[0]), from: v[1], to: v[2] }; });
  }

  M.readChange = function (file, text) {
    var r = new Record(file, text), s = { type: r.one('shuang/2 (substitute|recuse|extend)')[0] };
    reference(r, s);
    s.sequence = Number(r.one('sequence <visit>')[0]);
    if (s.type === 'recuse') { s.visit = Number(r.one('visit <visit>')[0]); }
    if (s.type === 'extend') { s.borrowed = r.one('borrowed <hash>')[0]; r.one('result <hash>'); } else {
      s.person = r.one('person <hash>')[0];
      r.one('approver <hash>');
      r.one('document <hash>');
    }
    s.closed = first(r.any('closed <visit>')).map(Number);
    r.ascending(s.closed, 'closed ');
    s.moves = moves(r, 'move <visit> <kind> ' + (s.type === 'extend' ? '(-)' : '<person>') + ' <person>');
    s.leads = s.type === 'extend' ? [] : leads(r);
    r.end();
    return s;
  };

  M.readOpenTwo = function (text) {
    var r = new Record('open.txt', text), s = { files: {}, keys: {} };
    r.one('shuang/2 open');
    reference(r, s);
    s.result = (r.maybe('result <hash>') || [null])[0];
    s.made = s.result ? null : r.one('void <hash>')[0];
    s.would = s.made ? r.one('would <hash>')[0] : null;
    s.changes = s.made ? [] : first(r.any('change <hash>'));
    s.keys['teams.txt'] = r.one('key teams[.]txt <hash>')[0];
    s.keys['leaders.txt'] = r.one('key leaders[.]txt <hash>')[0];
    s.files['opened.tsv'] = r.one('file opened[.]tsv <hash>')[0];
    s.files['persons.tsv'] = r.one('file persons[.]tsv <hash>')[0];
    r.end();
    return s;
  };

  /* Rows of a table; `sorted`: bytewise and none twice, where the protocol makes that part of the file. */
  function table(file, text, form, separator, sorted) {
    var r = new Record(file, text, separator), rows = [], before = null;
    while (r.at < r.rows.length) {
      if (sorted && before !== null && !(before < r.rows[r.at])) { r.fail('没有按字节升序排列，或有重复行'); }
      before = r.rows[r.at];
      rows.push(r.one(form));
    }
    return rows;
  }

  M.readOrderTwo = function (file, text) {
    return table(file, text, '<ticket> ' + (file === 'subjects.order' ? '<stratum>' : '<kind>') + ' <hash>', '', false);
  };
  M.readTeamsTwo = function (text) {
    return table('teams.txt', text, '<id> <codes>', '', false)
      .map(function (row) { return [row[0]].concat(row[1].split(' ')); });
  };
  M.readLeadersTwo = function (text) { return table('leaders.txt', text, '<id> <code>', '', false); };

  M.readOpenedTwo = function (text) {
    return table('opened.tsv', text, '<id>\t<stratum>\t<status>\t<area>\t<hash>\t<hash>\t<hash>\t<count>\t<path>', '\t', true)
      .map(function (v) {
        return { id: v[0], stratum: v[1], status: v[2], area: v[3], salt: v[4], nonce: v[5], cover: v[6],
          index: Number(v[7]), path: v[8] === '-' ? [] : v[8].split(',') };
      });
  };
  M.readPersons = function (text) {
    var r = table('persons.tsv', text, '<code>\t<hash>', '\t', true).map(function (v) { return { code: v[0], salt: v[1] }; });
    if (new Set(r.map(function (row) { return row.code; })).size !== r.length) { throw new M.Unreadable('persons.tsv', '有人出现两次'); }
    return r;
  };
  var FRAMES = { subject: '<id>\t<stratum>\t<status>\t<area>', inspector: '<id>\t<kind>\t<status>\t<area>', recusal: '<pair>\t(-)\t(pair)\t(-)' };
  M.readFrameTwo = function (kind, text) {
    return table(kind + 's.tsv', text, FRAMES[kind], '\t', true)
      .map(function (v) { return { id: v[0], stratum: v[1], status: v[2], area: v[3] }; });
  };
  M.readSecretTwo = function (text) {
    var r = new Record('secret.txt', text), v = r.one('<hash>');
    r.end();
    return v[0];
  };
})(Mingqian);

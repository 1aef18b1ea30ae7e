/*
 * Judges a bundle of shuang/2 (protocol §8): which kind and stage it is, then every check its files allow, in the
 * order of §8.1. Everything is read before anything is judged.
 * Deliberately absent: signatures (drand, the log), borrowed frames, several attempts beside each other. Each is named
 * in the verdict.
 */
(function (M) {
  'use strict';

  var DRAWN = ['seed.txt', 'result.txt', 'open.txt', 'subjects.order', 'inspectors.order', 'teams.txt', 'leaders.txt', 'opened.tsv', 'persons.tsv'];
  var FRAME = ['secret.txt', 'subjects.tsv', 'inspectors.tsv', 'recusals.tsv'];
  var LOGGED = ['plan', 'freeze', 'reveal', 'result', 'void', 'open'];

  /* ---- which files, which kind, which stage (judged by names alone) ---- */

  function changesIn(files) {
    var n = 0;
    while (files.has('change-' + (n + 1) + '.txt')) { n++; }
    return n;
  }

  function changeFiles(count) {
    var list = [];
    for (var i = 1; i <= count; i++) { list.push('change-' + i + '.txt'); }
    return list;
  }

  function stages(files) {
    var base = ['plan.txt', 'freeze.txt', 'reveal.txt'], changes = changeFiles(changesIn(files)), all, core;
    if (!files.has('freeze.txt')) { return [{ kind: 'void', stage: 'public', names: ['plan.txt', 'void.txt'] }]; }
    if (files.has('void.txt') && !files.has('reveal.txt')) {
      return [{ kind: 'void', stage: 'public', names: ['plan.txt', 'freeze.txt', 'void.txt'] }];
    }
    var kind = files.has('void.txt') ? 'void' : 'drawn';
    core = kind === 'void' ? base.concat('void.txt') : base.concat('seed.txt', 'result.txt');
    all = base.concat(kind === 'void' ? 'void.txt' : [], DRAWN, kind === 'void' ? [] : changes);
    return [{ kind: kind, stage: 'sealed', names: core }, { kind: kind, stage: 'public', names: all },
      { kind: kind, stage: 'full', names: all.concat(FRAME) }];
  }

  function receiptsOf(kind, names) {
    return names.filter(function (name) { return /[.]txt$/.test(name); })
      .map(function (name) { return name.slice(0, -4); })
      .filter(function (x) { return LOGGED.concat(/^change-/.test(x) ? x : []).indexOf(x) >= 0 && !(kind === 'void' && x === 'result'); });
  }

  function stageOf(files) {
    var missing = '';
    var fits = stages(files).filter(function (one) {
      var records = receiptsOf(one.kind, one.names), known = new Set(one.names), there = 0;
      records.forEach(function (x) { known.add(x + '.entry').add(x + '.proof'); });
      one.names.forEach(function (name) { if (files.has(name)) { there++; } });
      var lacking = one.names.filter(function (name) { return !files.has(name); });
      var strangers = Array.from(files.keys()).filter(function (name) { return !known.has(name); });
      missing += '；' + one.stage + ' 缺 ' + (lacking.join('、') || '无') + '，多 ' + (strangers.join('、') || '无');
      return there === one.names.length && strangers.length === 0;
    });
    if (!fits.length) { throw new M.Unreadable('案卷', '文件不齐，或有不该有的文件' + missing); }
    var fit = fits[0];
    fit.records = receiptsOf(fit.kind, fit.names);
    fit.receipts = fit.records.filter(function (x) { return files.has(x + '.entry') || files.has(x + '.proof'); });
    fit.receipts.forEach(function (x) {
      if (!files.has(x + '.entry') || !files.has(x + '.proof')) { throw new M.Unreadable(x, '日志凭证应成对，这里只有一半'); }
    });
    return fit;
  }

  /* ---- everything is read ---- */

  function readAll(fit, texts) {
    var b = { fit: fit, plan: M.readPlan(texts('plan.txt')) };
    function has(name) { return fit.names.indexOf(name) >= 0; }
    if (has('freeze.txt')) { b.freeze = M.readFreezeTwo(texts('freeze.txt')); }
    if (has('reveal.txt')) { b.reveal = M.readRevealTwo(texts('reveal.txt')); }
    if (has('void.txt')) { b.made = M.readVoidTwo(texts('void.txt')); }
    if (has('seed.txt')) {
      b.seed = M.readSeedTwo(texts('seed.txt'));
      b.result = M.readResultTwo(texts('result.txt'));
    }
    if (has('open.txt')) {
      b.open = M.readOpenTwo(texts('open.txt'));
      b.order = M.readOrderTwo('subjects.order', texts('subjects.order'));
      b.people = M.readOrderTwo('inspectors.order', texts('inspectors.order'));
      b.teams = M.readTeamsTwo(texts('teams.txt'));
      b.leaders = M.readLeadersTwo(texts('leaders.txt'));
      b.rows = M.readOpenedTwo(texts('opened.tsv'));
      b.persons = M.readPersons(texts('persons.tsv'));
      b.changes = fit.names.filter(function (name) { return /^change-/.test(name); })
        .map(function (name) { return M.readChange(name, texts(name)); });
    }
    if (has('secret.txt')) {
      b.secret = M.readSecretTwo(texts('secret.txt'));
      b.frames = {};
      ['subject', 'inspector', 'recusal'].forEach(function (kind) { b.frames[kind] = M.readFrameTwo(kind, texts(kind + 's.tsv')); });
    }
    b.receipts = fit.receipts.map(function (x) { return M.readReceipt(x, texts(x + '.entry'), texts(x + '.proof')); });
    return b;
  }

  /* ---- plan and freeze (checks 1, 2) ---- */

  function same(a, b) { return JSON.stringify(a) === JSON.stringify(b); }
  function distinct(list) { return new Set(list).size === list.length; }
  function sum(list, key) { return list.reduce(function (total, one) { return total + one[key]; }, 0); }
  function pluck(list, key) { return list.map(function (one) { return one[key]; }); }

  function levelOf(parties, beacon) { return parties >= 2 && beacon ? 2 : parties >= 2 || beacon ? 1 : 0; }
  function announced(f) { return levelOf(f.parties.length, Boolean(f.beacon || f.dice)); }

  function agree(suite, b, texts, found) {
    var p = b.plan, f = b.freeze, planHash = suite.text(texts('plan.txt'));
    found.say(f.plan === planHash && f.campaign === p.campaign && f.sm3 === p.sm3, 'FREEZE 出自这份 PLAN：摘要、任务、算法', planHash);
    found.say(same(f.teams, p.teams), '编组人数与 PLAN 相同');
    found.say(announced(f) >= p.minLevel, '公布的来源能达到 PLAN 的最低等级 ' + p.minLevel);
    if (f.extended) { return; }
    found.say(same(f.authorities.map(function (a) { return { name: a.name, count: a.drawn }; }), p.inspectors) &&
      f.grouping === p.groups && same(f.areas, p.areas) && same(f.leaders, p.leaders), '抽人数、分派方式、片区、组长与 PLAN 相同');
    found.say(same(pluck(f.parties, 'name'), p.parties) && f.dice === p.dice &&
      (f.beacon ? f.beacon.source : null) === p.beacon, '随机来源与 PLAN 相同');
    if (p.version === 2) { found.say(f.revealFrom >= p.ceremony, '公开随机数不早于公布的仪式时间'); }
    var wrong = M.quotaWrong(p, f);
    found.say(!wrong, '各层抽取数由 PLAN 的规则算出', wrong);
  }

  function checkFreeze(suite, f, found) {
    found.say([f.subjects, f.inspectors, f.recusals].every(function (list) {
      return list.leaves > 0 || list.root === suite.text('');
    }), '一条也没有的名单，树根是空树的根');
    found.say(distinct(pluck(f.authorities, 'name')) && distinct(f.leaders) && distinct(pluck(f.parties, 'name')) &&
      distinct(pluck(f.parties, 'commitment')), 'FREEZE 中没有重复的类别、组长、见证人、承诺');
    found.say(f.strata.every(function (s) { return s.drawn <= s.size; }) &&
      sum(f.strata, 'size') + f.must + f.skip === f.subjects.leaves, '每层抽取数不超过名单数，名单合计相符');
    found.say(same(pluck(f.authorities, 'name'), pluck(f.teams, 'name')) && sum(f.teams, 'count') >= 2 &&
      sum(f.authorities, 'size') <= f.inspectors.leaves && f.authorities.every(function (a) {
        return a.drawn <= a.size && (f.extended || a.drawn >= a.team) && (f.grouping === null || a.drawn === f.grouping * a.team);
      }) && f.grouping !== 0, '检查人员：每组不少于两人，抽取数合乎名单和编组');
    found.say(!f.areas.length || f.grouping !== null, '片区只用于分组方式');
    if (f.extended) {
      found.say(!f.subjects.leaves && !f.must && !f.skip && !f.strata.length && !f.leaders.length && !f.areas.length && f.grouping === null,
        '借调名单没有对象、分层、组长和片区，不分组');
    }
    found.say(f.revealFrom < f.revealBy && (!f.beacon || f.revealBy < f.beacon.time), '公开随机数的时间先后有序，早于信标');
    if (f.beacon) { found.say(M.sourceRight(f.beacon), '信标的来源、期次和时间合乎协议', f.beacon.source + ' ' + f.beacon.round); }
    if (f.beacon && f.beacon.source.indexOf('drand:') !== 0) { found.open.push('信标 ' + f.beacon.source + ' ' + f.beacon.round + ' 是否在冻结公布之后才产生，没有核对：请对照其官方公布。'); }
  }

  function frozenGaps(b, found) {
    M.alone(b.freeze, found);
    if (b.plan.version === 1) { found.open.push('方案是 shuang/1 的记录：所依细则和仪式时间没有写明，没有对照。'); }
  }

  /* ---- reveal, seed, ending (checks 3 to 8) ---- */

  function refers(suite, b, record, texts) {
    return record.campaign === b.freeze.campaign && record.attempt === b.freeze.attempt && record.freeze === suite.text(texts('freeze.txt'));
  }

  function checkReveal(suite, b, texts, found) {
    var f = b.freeze, r = b.reveal;
    found.say(refers(suite, b, r, texts), 'REVEAL 属于这份 FREEZE');
    found.say(same(pluck(r.parties, 'name'), pluck(f.parties, 'name')) && (r.dice ? r.dice.name : null) === f.dice, 'REVEAL 答复了公布的每个来源');
    var there = r.parties.filter(function (party) { return party.nonce !== null; });
    there.forEach(function (party) {
      var made = suite.lines(['shuang-party/2', f.campaign, f.attempt, party.name, party.nonce]);
      found.say(f.parties.some(function (one) { return one.name === party.name && one.commitment === made; }),
        '见证人 ' + party.name + ' 的随机数与其事先的承诺一致', made);
    });
    found.say(distinct(pluck(there, 'nonce')), '没有两个见证人用同一个随机数');
    r.parties.forEach(function (party) { if (party.nonce === null) { found.open.push('见证人 ' + party.name + ' 到时未公开随机数。'); } });
    if (r.dice) { found.open.push('骰子 ' + r.dice.name + (r.dice.digits === null ? ' 到时没有点数。' : ' 的点数：请对照现场记录核对。')); }
  }

  function checkSeed(suite, b, texts, found) {
    var f = b.freeze, s = b.seed;
    found.say(refers(suite, b, s, texts) && s.reveal === suite.text(texts('reveal.txt')), '种子文件属于这份 FREEZE 和 REVEAL');
    found.say(f.beacon ? Boolean(s.beacon) && s.beacon.source === f.beacon.source && s.beacon.round === f.beacon.round : !s.beacon,
      '种子文件答复了公布的信标，一字不差');
    if (!s.beacon) { return; }
    found.say(M.valueRight(s.beacon), '信标的值合乎其来源的格式', s.beacon.value);
    found.open.push(s.beacon.source.indexOf('drand:') === 0 ? 'drand 第 ' + s.beacon.round + ' 轮的签名：本页不验，请用 mingqian verify 核对。'
      : '信标 ' + s.beacon.source + ' ' + s.beacon.round + ' 的值：请对照其官方公布核对。');
  }

  function levels(b) {
    var parties = b.reveal ? b.reveal.parties.filter(function (party) { return party.nonce !== null; }).length : 0;
    var dice = b.reveal && b.reveal.dice && b.reveal.dice.digits !== null && b.reveal.dice.digits.length >= 20;
    var known = b.reveal && (b.seed || !b.freeze.beacon);
    return { announced: announced(b.freeze), reached: known ? levelOf(parties, Boolean(dice || (b.seed && b.seed.beacon))) : null,
      proven: b.reveal ? levelOf(parties, false) : null, inReach: b.reveal ? levelOf(parties, Boolean(dice || b.freeze.beacon)) : null };
  }

  function checkResult(suite, b, texts, found) {
    var r = b.result, f = b.freeze, seed = suite.text(texts('seed.txt'));
    found.say(refers(suite, b, r, texts), 'RESULT 属于这份 FREEZE');
    found.say(r.seed === seed, '种子由种子文件算出', seed);
    found.say(same(pluck(r.cutoffs, 'name'), pluck(f.strata, 'name')) && f.strata.every(function (s, i) {
      return r.cutoffs[i] && (s.drawn === 0) === (r.cutoffs[i].ticket === '-');
    }), '每个抽取的层都公布了分界签号');
  }

  function checkVoid(suite, b, texts, found) {
    var v = b.made;
    if (!b.freeze) {
      found.say(v.freeze === 'none' && v.campaign === b.plan.campaign && v.plan === suite.text(texts('plan.txt')), 'VOID 属于这份 PLAN，冻结以前');
      return;
    }
    found.say(refers(suite, b, v, texts), 'VOID 属于这份 FREEZE');
    found.say(v.reveal === (b.reveal ? suite.text(texts('reveal.txt')) : 'none'), 'VOID 说的 REVEAL 就是案卷里的（没有就是 none）');
    if (v.program && b.reveal) { found.say(levels(b).inReach < b.plan.minLevel, '由程序作废有根据：能达到的等级低于 PLAN 的最低等级 ' + b.plan.minLevel); }
    if (!v.program && b.reveal) { found.say(Boolean(b.freeze.beacon), '揭示之后由人作废，只在有公共随机源可等的时候'); }
  }

  /* ---- public (checks 9 to 15; 16 and 17 are in after.js) ---- */

  function checkOpen(suite, b, texts, found) {
    var o = b.open, f = b.freeze;
    found.say(refers(suite, b, o, texts), 'OPEN 属于这份 FREEZE');
    if (b.made) {
      found.say(o.made === suite.text(texts('void.txt')) && o.would === suite.text(texts('result.txt')), 'OPEN 打开的是这份 VOID，本来的结果是这份 RESULT');
    } else { found.say(o.result === suite.text(texts('result.txt')), 'OPEN 打开的是这份 RESULT'); }
    var changes = b.fit.names.filter(function (name) { return /^change-/.test(name); });
    found.say(same(o.changes, changes.map(function (name) { return suite.text(texts(name)); })), 'OPEN 列出的变动就是案卷里的', changes.length + ' 件');
    Object.keys(o.files).forEach(function (name) { found.say(suite.text(texts(name)) === o.files[name], name + ' 与 OPEN 公布的摘要一致'); });
    Object.keys(b.result.files).forEach(function (name) { found.say(suite.text(texts(name)) === b.result.files[name], name + ' 与 RESULT 公布的摘要一致'); });
    Object.keys(b.result.sealed).forEach(function (name) {
      var made = suite.lines(['shuang-file/2', f.campaign, f.attempt, name, o.keys[name], suite.text(texts(name))]);
      found.say(made === b.result.sealed[name], name + ' 用 OPEN 的钥匙打开，与 RESULT 封存的一致', made);
    });
  }

  function sorted(rows) { return rows.every(function (row, i) { return i === 0 || rows[i - 1].join(' ') < row.join(' '); }); }

  function checkOrders(b, found) {
    var f = b.freeze;
    found.say(sorted(b.order) && sorted(b.people) && distinct(b.order.map(function (row) { return row[2]; })) &&
      distinct(b.people.map(function (row) { return row[2]; })), '次序文件按签号升序，没有重复的行或封存叶');
    f.strata.forEach(function (s, i) {
      var mine = b.order.filter(function (row) { return row[1] === s.name; });
      var cutoff = s.drawn && mine[s.drawn - 1] ? mine[s.drawn - 1][0] : '-', said = b.result.cutoffs[i];
      found.say(mine.length === s.size && said && said.ticket === cutoff, '层 ' + s.name + '：' + s.size + ' 家抽 ' + s.drawn + ' 家，分界签号相符', cutoff);
    });
    found.say(b.order.length === sum(f.strata, 'size'), '抽取次序中没有未公布的层');
    found.say(b.people.length === sum(f.authorities, 'size') && f.authorities.every(function (a) {
      return b.people.filter(function (row) { return row[1] === a.name; }).length === a.size;
    }), '检查人员次序：每类人数与 FREEZE 相符，没有别的类');
  }

  function* checkOpened(suite, b, seedHash, found) {
    var f = b.freeze, rows = b.rows, cutoffs = new Map(), due = new Map(), must = 0, stray = 0, lost = 0;
    yield '核对已公开的对象：' + rows.length;
    rows.forEach(function (row) { M.closeLeaf(suite, f, 'subject', row); if (!M.openedInTree(suite, f, row)) { lost++; } });
    yield* M.drawTickets(suite, seedHash, 'subject', rows);
    b.result.cutoffs.forEach(function (c) { cutoffs.set(c.name, c.ticket); });
    b.order.forEach(function (line) {
      var cutoff = cutoffs.get(line[1]);
      if (cutoff !== undefined && cutoff !== '-' && line[0] <= cutoff) { due.set(line.join(' '), false); }
    });
    rows.forEach(function (row) {
      if (row.status.indexOf('must:') === 0) { must++; return; }
      var line = row.ticket + ' ' + row.stratum + ' ' + row.leafhash;
      if (row.status === 'draw' && due.has(line)) { due.set(line, true); } else { stray++; }
    });
    var unopened = Array.from(due.values()).filter(function (seen) { return !seen; }).length;
    found.say(stray === 0 && unopened === 0, '抽中的对象逐一打开：签号、分层、封存叶都与次序文件一致', '抽中 ' + due.size + ' 条');
    found.say(must === f.must, '必查的记录恰好都打开', String(must));
    found.say(lost === 0, '公开的每条记录都在 FREEZE 公布的对象树中', '不在树中 ' + lost + ' 条');
    M.checkOpenedRows(f, rows, b.order, found);
    checkTeams(b, found);
  }

  function checkTeams(b, found) {
    var f = b.freeze, visits = M.visitOrder(b.rows), size = sum(f.teams, 'count');
    function follows(lines) { return lines.length === visits.length && lines.every(function (line, i) { return line[0] === visits[i]; }); }
    found.say(follows(b.teams) && follows(b.leaders), '检查次序 = 签号次序，每个对象一次', visits.length + ' 个对象');
    found.say(b.teams.every(function (line) { return line.length === size + 1; }), '每组恰好 ' + size + ' 个名额');
    found.say(b.teams.every(function (line) {
      return distinct(line.slice(1).filter(function (code) { return code !== '-'; }));
    }), '同一组内没有重复的人');
    found.say(b.leaders.every(function (line) { return f.leaders.indexOf(line[1]) >= 0; }), '组长都在 FREEZE 事先指派的名单内');
  }

  /* ---- full (check 18) ---- */

  function* checkFull(suite, b, seedHash, texts, found) {
    var f = b.freeze, kinds = ['subject', 'inspector', 'recusal'];
    found.say(suite.lines(['shuang-secret/1', b.secret]) === f.secret, '秘密 S 与 FREEZE 的承诺一致');
    for (var i = 0; i < kinds.length; i++) {
      var rows = b.frames[kinds[i]];
      yield* M.sealLeaves(suite, f, kinds[i], rows, b.secret);
      var leaves = rows.map(function (row) { return row.leafhash; }), root = yield* M.root(suite, leaves);
      found.say(rows.length === f[kinds[i] + 's'].leaves && root === f[kinds[i] + 's'].root && distinct(leaves),
        kinds[i] + 's.tsv：条数与树根都等于 FREEZE 公布的', rows.length + ' 条');
    }
    M.checkFrames(f, b.frames, found);
    checkRecusals(b, found);
    ['teams.txt', 'leaders.txt'].forEach(function (name) {
      found.say(suite.lines(['shuang-filekey/2', f.campaign, f.attempt, name, b.secret]) === b.open.keys[name], name + ' 的钥匙由 S 算出');
    });
    yield* M.drawTickets(suite, seedHash, 'subject', b.frames.subject);
    yield* M.drawTickets(suite, seedHash, 'inspector', b.frames.inspector);
    if (found.wrong) { found.open.push('已有矛盾，不再重新编组。'); return; }
    var pairs = new Set(b.frames.recusal.map(function (row) { return row.id; }));
    function recused(who, subject) { return pairs.has(who + ':' + subject); }
    var visits = M.visits(f, b.frames.subject), people = M.people(f, b.frames.inspector);
    b.people2 = M.people(f, b.frames.inspector);
    b.pairs = pairs;
    yield '重新组队：' + visits.length + ' 个对象';
    var made = {
      'subjects.order': M.orderText(b.frames.subject), 'inspectors.order': M.orderText(b.frames.inspector),
      'teams.txt': M.teamsText(suite, seedHash, f, visits, people, recused), 'leaders.txt': M.leadersText(f, visits, recused)
    };
    b.reserves = people.map(function (kind) { return kind.reserve; });
    M.ORDER_FILES.forEach(function (name) { found.say(made[name] === texts(name), name + ' 由名单和种子重新算出，逐字节相同'); });
    found.say(M.openedMatches(texts('opened.tsv'), visits), 'opened.tsv 与重新算出的查访对象逐项相同');
  }

  function checkRecusals(b, found) {
    var known = new Set(b.frames.inspector.map(function (row) { return row.id; }).concat(b.freeze.leaders));
    var subjects = new Set(b.frames.subject.map(function (row) { return row.id; }));
    found.say(b.frames.recusal.every(function (row) {
      var cut = row.id.indexOf(':');
      return known.has(row.id.slice(0, cut)) && (b.freeze.extended || subjects.has(row.id.slice(cut + 1)));
    }), '回避只涉及名单中的人和对象');
    found.say(b.frames.subject.every(function (row) { return row.status !== 'pair'; }) && b.frames.inspector.every(function (row) {
      return row.status === 'draw' || row.status.indexOf('skip:') === 0;
    }), '名单中各人各对象的状态合乎协议');
  }

  /* ---- the whole ---- */

  function steps(b) {
    var list = ['方案 有'];
    if (b.freeze) { list.push('冻结 有'); } else { list.push('冻结 未到（冻结以前作废）'); }
    if (b.freeze) { list.push(b.reveal ? '公开随机数 有' : '公开随机数 未到（此前作废）'); }
    list.push(b.made ? '作废 有' : '抽取结果 有');
    if (b.open) { list.push(b.made ? '公布本来的结果 有' : '公开 有，变动 ' + b.changes.length + ' 件'); }
    else if (b.reveal) { list.push(b.made ? '公布本来的结果 尚未' : '公开 尚未'); }
    return list;
  }

  var GAPS = {
    sealed: ['谁被抽中、谁去检查：仍在封存，要等公开或完整案卷。', '次序文件、名单文件：封存阶段只能看到摘要，不能重算。'],
    'public': ['次序文件中没有公开的各行是否真是名录中的对象：要用完整案卷重算。', '未抽中对象的类别和状态：监督部门用完整案卷核对；协议为每个对象留了自查的凭证，程序还不发放。',
      '人员负荷、回避、检查人员的签号，变动中本应由谁接替：要用完整案卷重算。'],
    full: []
  };

  M.judgeTwo = function* (files, texts, found, verdict) {
    var fit = stageOf(files), b = readAll(fit, texts), suite = M.suite((b.freeze || b.plan).sm3);
    verdict.stage = fit.stage;
    verdict.attempt = M.attemptWords(b.plan.campaign, (b.freeze || b.made).attempt);
    verdict.isVoid = Boolean(b.made);
    if (b.freeze) {
      agree(suite, b, texts, found);
      checkFreeze(suite, b.freeze, found);
      frozenGaps(b, found);
      verdict.levels = levels(b);
    }
    if (b.reveal) { checkReveal(suite, b, texts, found); }
    if (b.seed) {
      checkSeed(suite, b, texts, found);
      checkResult(suite, b, texts, found);
      if (!b.made) { found.say(verdict.levels.reached >= b.plan.minLevel, '达到的等级不低于 PLAN 的最低等级 ' + b.plan.minLevel); }
    }
    if (b.made) { checkVoid(suite, b, texts, found); }
    if (b.open) {
      var seedHash = suite.text(texts('seed.txt'));
      checkOpen(suite, b, texts, found);
      checkOrders(b, found);
      yield* checkOpened(suite, b, seedHash, found);
      if (b.frames) { yield* checkFull(suite, b, seedHash, texts, found); }
      M.checkChanges(suite, b, seedHash, found);
    }
    M.checkReceipts(b, texts, found);
    if (b.open || b.reveal) { GAPS[fit.stage].forEach(function (gap) { found.open.push(gap); }); }
    found.open.push('别的抽取是否用过同样的随机数或承诺：要把同一任务的各次案卷一并核对。');
    verdict.steps = steps(b);
    verdict.replayed = M.replayedWords(b);
  };
})(Mingqian);

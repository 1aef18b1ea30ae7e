/*
 * Judges a bundle of shuang/1: which stage it is, what is right, what contradicts, what this stage cannot show.
 * Deliberately absent: the version, the exit figure and the last two lines (verify.js), shuang/2 (two.js).
 */
(function (M) {
  'use strict';

  var SEALED = ['freeze.txt', 'seed.txt', 'result.txt'];
  var PUBLIC = SEALED.concat(M.ORDER_FILES, ['opened.tsv']);
  var FULL = PUBLIC.concat(['secret.txt', 'subjects.tsv', 'inspectors.tsv', 'recusals.tsv']);
  var RECEIPTS = ['freeze.entry', 'freeze.proof', 'result.entry', 'result.proof'];

  function has(files, names) { return names.every(function (name) { return files.has(name); }); }

  function stageOf(files) {
    files.forEach(function (bytes, name) {
      if (FULL.concat(RECEIPTS).indexOf(name) < 0) { throw new M.Unreadable(name, '案卷中不应有这个文件'); }
    });
    ['freeze', 'result'].forEach(function (kind) {
      if (files.has(kind + '.entry') !== files.has(kind + '.proof')) {
        throw new M.Unreadable(kind, '日志凭证应成对：' + kind + '.entry 与 ' + kind + '.proof 只有一个');
      }
    });
    var core = FULL.filter(function (name) { return files.has(name); }).length;
    if (has(files, FULL)) { return 'full'; }
    if (has(files, PUBLIC) && core === PUBLIC.length) { return 'public'; }
    if (has(files, SEALED) && core === SEALED.length) { return 'sealed'; }
    var missing = FULL.filter(function (name) { return !files.has(name); });
    throw new M.Unreadable('案卷', '文件不齐，或混入了后一阶段的文件；缺：' + missing.join('、'));
  }

  function sum(list, key) { return list.reduce(function (total, item) { return total + item[key]; }, 0); }
  function ascending(names) { return names.every(function (name, i) { return i === 0 || names[i - 1] < name; }); }
  function distinct(names) { return new Set(names).size === names.length; }
  function names(list) { return list.map(function (item) { return item.name; }); }

  function checkFreeze(f, found) {
    found.say(ascending(names(f.strata)), 'FREEZE 的分层按字节升序、不重复');
    found.say(f.strata.every(function (s) { return s.drawn <= s.size; }), '每层抽取数不超过名单数');
    var total = M.sumText([f.mustWritten, f.skipWritten].concat(f.strata.map(function (s) { return s.written; })));
    found.say(total === f.subjects.written, '对象名单合计相符', total + ' = 抽取、必查 ' + f.must + '、不查 ' + f.skip + ' 之和');
    var people = M.sumText(f.authorities.map(function (a) { return a.written; }));
    found.say(f.authorities.length > 0 && distinct(names(f.authorities)) && sum(f.authorities, 'team') >= 2 &&
      f.authorities.every(function (a) { return (f.extended || a.team <= a.drawn) && a.drawn <= a.size; }) &&
      Number(people) <= f.inspectors.leaves, '检查人员：每组不少于两人，抽取数在名单之内');
    found.say(!f.groups || f.authorities.every(function (a) { return a.drawn === f.groups * a.team; }), '分组人数 = 组数 × 每组人数');
    found.say(ascending(f.areas) && f.areas.indexOf('-') < 0 && distinct(f.leaders) &&
      distinct(f.sources.map(function (s) { return s.kind + s.name; })), '片区、组长、随机来源没有重复，片区不用“-”');
    if (f.extended) {
      found.say(f.strata.length === 0 && f.areas.length === 0 && f.groups === 0 && f.subjects.leaves === 0,
        '借调名单：没有检查对象、分层和片区，不分组');
    }
  }

  function checkSeed(suite, texts, f, seed, result, found) {
    var freezeHash = suite.text(texts('freeze.txt')), seedHash = suite.text(texts('seed.txt'));
    found.say(seed.campaign === f.campaign && seed.attempt === f.attempt && seed.freeze === freezeHash, '种子文件属于这份 FREEZE', freezeHash);
    seed.opened.forEach(function (o) {
      if (o.source.kind !== 'party' || o.absent !== null) { return; }
      var made = suite.lines(['shuang-party/1', o.source.name, o.value]);
      found.say(made === o.source.commitment, '见证人 ' + o.source.name + ' 的随机数与其事先的承诺一致', made);
    });
    found.say(result.campaign === f.campaign && result.attempt === f.attempt && result.freeze === freezeHash, 'RESULT 属于这份 FREEZE');
    found.say(result.seed === seedHash, '种子由种子文件算出', seedHash);
    found.say(f.strata.every(function (s, i) { return (s.drawn === 0) === (result.cutoffs[i] === '-'); }), '每个抽取的层都公布了分界签号');
    return seedHash;
  }

  function levelOf(parties, beacons) { return parties >= 2 && beacons >= 1 ? 2 : parties >= 2 || beacons >= 1 ? 1 : 0; }

  /* Only nonces are proven here: dice and lotteries rest on witnesses, and no drand signature is verified. */
  function level(seed) {
    var there = seed.opened.filter(function (o) { return o.absent === null; });
    function count(test) { return there.filter(test).length; }
    var parties = count(function (o) { return o.source.kind === 'party'; });
    var beacons = count(function (o) { return o.source.kind === 'beacon' || (o.source.kind === 'dice' && o.value.length >= 20); });
    return { all: levelOf(parties, beacons), proven: levelOf(parties, 0) };
  }

  function announced(f) {
    function count(test) { return f.sources.filter(test).length; }
    return levelOf(count(function (s) { return s.kind === 'party'; }), count(function (s) { return s.kind !== 'party'; }));
  }

  function checkFiles(suite, texts, result, found) {
    M.ORDER_FILES.forEach(function (name) {
      found.say(suite.text(texts(name)) === result.files[name], name + ' 与 RESULT 公布的摘要一致', result.files[name]);
    });
  }

  function checkOrders(f, result, order, people, found) {
    f.strata.forEach(function (s, i) {
      var mine = order.filter(function (row) { return row[1] === s.name; });
      var cutoff = s.drawn && mine.length >= s.drawn ? mine[s.drawn - 1][0] : '-';
      found.say(mine.length === s.size && cutoff === result.cutoffs[i], '层 ' + s.name + '：' + s.size + ' 家抽 ' + s.drawn + ' 家，分界签号相符', cutoff);
    });
    found.say(order.length === sum(f.strata, 'size'), '抽取次序中没有未公布的层');
    f.authorities.forEach(function (a) {
      found.say(people.filter(function (row) { return row[1] === a.name; }).length === a.size, '检查人员 ' + a.name + '：在册 ' + a.size + ' 人，抽 ' + a.drawn + ' 人');
    });
    found.say(people.length === sum(f.authorities, 'size'), '检查人员次序中没有未公布的类别');
  }

  function* checkOpened(suite, seedHash, f, order, texts, found) {
    var rows = M.readOpened(texts('opened.tsv')), lines = new Map(), quota = new Map();
    yield '核对已公开的对象：' + rows.length;
    rows.forEach(function (row) { M.closeLeaf(suite, f, 'subject', row); });
    yield* M.drawTickets(suite, seedHash, 'subject', rows);
    f.strata.forEach(function (s) { quota.set(s.name, s.drawn); });
    order.forEach(function (v) {
      var left = quota.get(v[1]) || 0;
      if (left > 0) { quota.set(v[1], left - 1); lines.set(v.join(' '), false); }
    });
    var stray = 0, must = 0, lost = 0;
    rows.forEach(function (row) {
      if (!M.openedInTree(suite, f, row)) { lost++; }
      if (row.status.indexOf('must:') === 0) { must++; return; }
      var key = row.ticket + ' ' + row.stratum + ' ' + row.leafhash;
      if (row.status === 'draw' && lines.get(key) === false) { lines.set(key, true); } else { stray++; }
    });
    var unopened = Array.from(lines.values()).filter(function (seen) { return !seen; }).length;
    found.say(stray === 0 && unopened === 0, '抽中的对象逐一打开：签号、分层、封存叶都与次序文件一致', '抽中 ' + lines.size + ' 条');
    found.say(must === f.must, '必查对象数与 FREEZE 一致', String(must));
    found.say(lost === 0, '公开的每条记录都在 FREEZE 公布的对象树中', '不在树中 ' + lost + ' 条');
    M.checkOpenedRows(f, rows, order, found);
    checkVisits(f, rows, texts, found);
  }

  function checkVisits(f, rows, texts, found) {
    var visits = M.visitOrder(rows), width = 1 + sum(f.authorities, 'team');
    var teams = M.readTeams('teams.txt', texts('teams.txt'), width), leaders = M.readTeams('leaders.txt', texts('leaders.txt'), 2);
    function same(lines) {
      return lines.length === visits.length && lines.every(function (line, i) { return line[0] === visits[i]; });
    }
    found.say(same(teams) && same(leaders), '检查次序 = 签号次序，每个对象一次', visits.length + ' 个对象');
    found.say(leaders.every(function (line) { return f.leaders.indexOf(line[1]) >= 0; }), '组长都在 FREEZE 事先指派的名单内');
    found.say(teams.every(function (line) {
      return distinct(line.slice(1).filter(function (id) { return id !== '-'; }));
    }), '同一组内没有重复的人');
  }

  function* checkFull(suite, seedHash, f, texts, found) {
    var secret = M.readSecret(texts('secret.txt'));
    found.say(suite.lines(['shuang-secret/1', secret]) === f.secret, '秘密 S 与 FREEZE 的承诺一致');
    var frames = {}, kinds = ['subject', 'inspector', 'recusal'];
    for (var i = 0; i < kinds.length; i++) {
      var kind = kinds[i], file = kind + 's.tsv', rows = M.readFrame(file, texts(file), kind);
      yield* M.sealLeaves(suite, f, kind, rows, secret);
      var root = yield* M.root(suite, rows.map(function (row) { return row.leafhash; }));
      found.say(rows.length === f[kind + 's'].leaves && root === f[kind + 's'].root, file + '：条数与树根都等于 FREEZE 公布的', rows.length + ' 条');
      frames[kind] = rows;
    }
    M.checkFrames(f, frames, found);
    yield* M.drawTickets(suite, seedHash, 'subject', frames.subject);
    yield* M.drawTickets(suite, seedHash, 'inspector', frames.inspector);
    var pairs = new Set(frames.recusal.map(function (row) { return row.id; }));
    function recused(who, subject) { return pairs.has(who + ':' + subject); }
    var visits = M.visits(f, frames.subject);
    yield '重新组队：' + visits.length + ' 个对象';
    var made = {
      'subjects.order': M.orderText(frames.subject), 'inspectors.order': M.orderText(frames.inspector),
      'teams.txt': M.teamsText(suite, seedHash, f, visits, M.people(f, frames.inspector), recused),
      'leaders.txt': M.leadersText(f, visits, recused)
    };
    M.ORDER_FILES.forEach(function (name) {
      found.say(made[name] === texts(name), name + ' 由名单和种子重新算出，逐字节相同');
    });
    found.say(M.openedMatches(texts('opened.tsv'), visits), 'opened.tsv 与重新算出的查访对象逐项相同');
  }

  function checkLog(receipts, texts, found) {
    receipts.forEach(function (receipt) {
      var verdict = M.receiptRight(receipt, receipt.name, M.suite(false).text(texts(receipt.name + '.txt')));
      found.say(verdict.right, receipt.name + ' 已记入日志', verdict.words);
    });
    found.open.push(receipts.length < 2 ? '日志存在性证明不全：无法证明 FREEZE 先于随机数公布。'
      : '日志检查点的签名：本页不验。不用 mingqian verify --log-key 核对，这些存在性证明任何人都能造。');
  }

  var STAGE_GAPS = {
    sealed: ['谁被抽中、谁去检查：仍在封存，要等公开或完整案卷。', '分界签号与四个文件的摘要：封存阶段只能看到，不能重算。'],
    'public': ['次序文件中没有公开的各行是否真是名录中的对象：要用完整案卷重算。', '未抽中对象的类别和状态（依法不公开）：监督部门用完整案卷核对；协议为每个对象留了自查的凭证，程序还不发放。', '检查人员的签号与回避：要用完整案卷重算。'],
    full: []
  };

  /* Generator of progress texts. Everything is read before anything is judged. */
  M.judgeOne = function* (files, texts, found, verdict) {
    verdict.stage = stageOf(files);
    var stage = verdict.stage, f = M.readFreeze(texts('freeze.txt')), suite = M.suite(f.sm3);
    var seed = M.readSeed(texts('seed.txt'), f), result = M.readResult(texts('result.txt'), f), order, people;
    if (stage !== 'sealed') {
      order = M.readOrder('subjects.order', texts('subjects.order'));
      people = M.readOrder('inspectors.order', texts('inspectors.order'));
    }
    var receipts = ['freeze', 'result'].filter(function (x) { return files.has(x + '.entry'); })
      .map(function (x) { return M.readReceipt(x, texts(x + '.entry'), texts(x + '.proof')); });
    verdict.attempt = M.attemptWords(f.campaign, f.attempt);
    checkFreeze(f, found);
    M.alone(f, found);
    var seedHash = checkSeed(suite, texts, f, seed, result, found);
    var reached = level(seed);
    verdict.levels = { announced: announced(f), reached: reached.all, proven: reached.proven };
    if (stage !== 'sealed') {
      checkFiles(suite, texts, result, found);
      checkOrders(f, result, order, people, found);
      yield* checkOpened(suite, seedHash, f, order, texts, found);
    }
    if (stage === 'full') { yield* checkFull(suite, seedHash, f, texts, found); }
    checkLog(receipts, texts, found);
    beaconGaps(seed, found);
    STAGE_GAPS[stage].forEach(function (gap) { found.open.push(gap); });
    verdict.steps = ['冻结 有', '公开随机数 有（在种子文件中）', '抽取结果 有', stage === 'sealed' ? '公开 尚未' : '公开 有'];
  };

  function beaconGaps(seed, found) {
    found.open.push('案卷是 shuang/1 的：这一版不要求随机数和承诺只用一次，也不要求公共随机源在冻结之后才产生；案卷里没有方案、揭示的记录。这些都没有核对，新的抽取按 shuang/2。');
    seed.opened.forEach(function (o) {
      if (o.source.kind === 'beacon' && o.absent === null) { found.open.push('信标 ' + o.source.name + ' 的值：请对照其官方公布核对。'); }
      if (o.source.kind === 'dice' && o.absent === null) { found.open.push('骰子 ' + o.source.name + ' 的点数：请对照现场记录核对。'); }
      if (o.absent !== null) { found.open.push(o.source.kind + ' ' + o.source.name + ' 缺席，理由代码 ' + o.absent + '。'); }
    });
  }
})(Mingqian);

/*
 * What happened after the draw of shuang/2: SUBSTITUTE, RECUSE, EXTEND (protocol §6, checks 16, 17 and 19 of §8.1).
 * From the public bundle each act is held to move exactly what it is about; with the frame, who comes is recomputed.
 * Deliberately absent: the frames of borrowed inspectors. From the first EXTEND on, who comes is named as not recomputed.
 */
(function (M) {
  'use strict';

  /* The attempt as it stands: teams and leads by visit, what is closed, who is withdrawn. */
  function Standing(b) {
    this.teams = b.teams.map(function (line) { return line.slice(1); });
    this.subjects = b.teams.map(function (line) { return line[0]; });
    this.leads = b.leaders.map(function (line) { return line[1]; });
    this.kinds = [];
    b.freeze.teams.forEach(function (t) { for (var i = 0; i < t.count; i++) { this.kinds.push(t.name); } }, this);
    this.withdrawn = new Set();
    this.joined = new Set();
    this.closed = new Set();
  }
  Standing.prototype.isOpen = function (visit) { return visit >= 1 && visit <= this.teams.length && !this.closed.has(visit); };
  Standing.prototype.openVisits = function () {
    return this.teams.map(function (team, i) { return i + 1; }).filter(this.isOpen, this);
  };

  function names(b, suite) {
    var codes = new Map();
    b.persons.forEach(function (row) { codes.set(suite.lines(['shuang-person/2', row.code, row.salt]), row.code); });
    return codes;
  }

  function hashesIn(changes) {
    var all = new Set();
    changes.forEach(function (c) {
      if (c.person) { all.add(c.person); }
      c.moves.concat(c.leads).forEach(function (move) { all.add(move.from).add(move.to); });
    });
    all.delete('-');
    return all;
  }

  /* The places an act must free or fill: [visit, place], in visit order and by place. */
  function placesDue(standing, change, who) {
    var due = [];
    standing.openVisits().forEach(function (visit) {
      if (change.type === 'recuse' && visit !== change.visit) { return; }
      standing.teams[visit - 1].forEach(function (code, place) { if (code === who) { due.push({ visit: visit, place: place }); } });
    });
    return due;
  }
  function leadsDue(standing, change, who) {
    if (change.type === 'extend') { return []; }
    return standing.openVisits().filter(function (visit) {
      return standing.leads[visit - 1] === who && (change.type !== 'recuse' || visit === change.visit);
    });
  }

  /* One act against the standing; returns what is wrong, in words, or carries it out. */
  function wrongIn(standing, change, codes, leaders) {
    var who = change.type === 'extend' ? '-' : codes.get(change.person), closed = new Set(change.closed);
    if (who === undefined) { return 'persons.tsv 没有打开当事人'; }
    if (change.closed.some(function (visit) { return visit > standing.teams.length; })) { return 'closed 中有不存在的检查'; }
    if (Array.from(standing.closed).some(function (visit) { return !closed.has(visit); })) { return 'closed 漏了先前已结束的检查'; }
    standing.closed = closed;
    var places = placesDue(standing, change, who), leads = leadsDue(standing, change, who);
    if (change.type === 'substitute' && standing.withdrawn.has(who)) { return '同一人退出两次'; }
    if (change.type === 'recuse' && !places.length && !leads.length) { return '所说的检查已结束，或其中没有这个人'; }
    if (change.type === 'extend') {
      if (change.borrowed === change.freeze || standing.joined.has(change.borrowed)) { return '借调名单是本次抽取自己的名单，或已经并入过'; }
      standing.joined.add(change.borrowed);
    }
    if (change.type === 'substitute') { standing.withdrawn.add(who); }
    if (places.length !== change.moves.length || leads.length !== change.leads.length) { return 'move 或 lead 的行数不对'; }
    for (var i = 0; i < places.length; i++) {
      var move = change.moves[i], due = places[i], team = standing.teams[due.visit - 1];
      var comes = move.to === '-' ? '-' : codes.get(move.to);
      if (move.visit !== due.visit || move.kind !== standing.kinds[due.place] || move.from !== (who === '-' ? '-' : change.person)) { return 'move ' + move.visit + ' 说的不是他的名额'; }
      if (comes === undefined) { return 'persons.tsv 没有打开接替的人'; }
      if (comes !== '-' && (team.indexOf(comes) >= 0 || standing.withdrawn.has(comes))) { return '接替的人已在组内或已退出'; }
      team[due.place] = comes;
    }
    return leadsWrong(standing, change, codes, leaders, leads, who);
  }

  function leadsWrong(standing, change, codes, leaders, leads, who) {
    for (var i = 0; i < leads.length; i++) {
      var lead = change.leads[i], comes = lead.to === '-' ? '-' : codes.get(lead.to);
      if (lead.visit !== leads[i] || lead.from !== change.person) { return 'lead ' + lead.visit + ' 说的不是他带的组'; }
      if (comes === undefined || (comes !== '-' && (comes === who || leaders.indexOf(comes) < 0 || standing.withdrawn.has(comes)))) {
        return '接替的组长不在 FREEZE 的名单内，或已退出';
      }
      standing.leads[leads[i] - 1] = comes;
    }
    return '';
  }

  /* ---- recomputing who comes (protocol §6.1 to §6.3) ---- */

  function Frame(suite, b, seedHash) {
    var frame = this;
    frame.suite = suite;
    frame.seed = seedHash;
    frame.pairs = b.pairs;
    frame.leaders = b.freeze.leaders;
    frame.kinds = new Map();
    frame.drawable = new Set(frame.leaders);
    b.people2.forEach(function (people, i) {
      frame.kinds.set(b.freeze.authorities[i].name, { drawn: people.drawn, reserve: b.reserves[i].slice() });
      people.drawn.concat(people.reserve).forEach(function (p) { frame.drawable.add(p.id); });
    });
  }
  Frame.prototype.recused = function (who, subject) { return this.pairs.has(who + ':' + subject); };

  function comesTo(frame, standing, due, free, used) {
    var subject = standing.subjects[due.visit - 1], team = standing.teams[due.visit - 1];
    function fits(p) { return !frame.recused(p.id, subject) && team.indexOf(p.id) < 0 && !standing.withdrawn.has(p.id); }
    var reserve = free.filter(fits)[0];
    if (reserve) { used.add(reserve.id); return reserve.id; }
    var open = standing.openVisits();
    var best = frame.kinds.get(standing.kinds[due.place]).drawn.filter(fits).map(function (p) {
      var load = open.filter(function (visit) { return standing.teams[visit - 1].indexOf(p.id) >= 0; }).length;
      return { id: p.id, load: load, ticket: M.ticket(frame.suite, frame.seed, 'team:' + subject, p.id, p.salt) };
    }).sort(function (a, b) {
      return a.load - b.load || (a.ticket < b.ticket ? -1 : a.ticket > b.ticket ? 1 : a.id < b.id ? -1 : 1);
    })[0];
    return best ? best.id : '-';
  }

  /* The codes that must come, in the order of the moves and then the leads. Works on a copy of the standing. */
  function whoComes(frame, standing, change, who) {
    var copy = Object.create(Standing.prototype), coming = [], free = null, used = new Set();
    copy.teams = standing.teams.map(function (team) { return team.slice(); });
    copy.subjects = standing.subjects;
    copy.kinds = standing.kinds;
    copy.leads = standing.leads.slice();
    copy.closed = new Set(change.closed);
    copy.withdrawn = new Set(standing.withdrawn);
    if (change.type === 'substitute') { copy.withdrawn.add(who); }
    if (change.type === 'recuse') { frame.pairs.add(who + ':' + copy.subjects[change.visit - 1]); }
    placesDue(copy, change, who).forEach(function (due) {
      var kind = frame.kinds.get(copy.kinds[due.place]);
      free = free || kind.reserve.slice();
      copy.teams[due.visit - 1][due.place] = '-';
      var comes = comesTo(frame, copy, due, free, used);
      copy.teams[due.visit - 1][due.place] = comes;
      coming.push(comes);
    });
    frame.kinds.forEach(function (kind) { kind.reserve = kind.reserve.filter(function (p) { return !used.has(p.id); }); });
    leadsDue(copy, change, who).forEach(function (visit) {
      var subject = copy.subjects[visit - 1];
      coming.push(frame.leaders.filter(function (code) { return !frame.recused(code, subject) && !copy.withdrawn.has(code); })[0] || '-');
    });
    return coming;
  }

  function checkSalts(suite, b, found) {
    var f = b.freeze;
    found.say(b.persons.every(function (row) {
      return row.salt === suite.lines(['shuang-personsalt/2', f.campaign, f.attempt, row.code, b.secret]);
    }), 'persons.tsv 的盐由 S 算出');
  }

  function checkChange(standing, change, i, b, codes, frame, found) {
    var where = 'change-' + (i + 1) + '（' + change.type + '）', f = b.freeze, coming = null, who = codes.get(change.person);
    var whole = found.say(change.sequence === i + 1 && change.campaign === f.campaign && change.attempt === f.attempt && change.freeze === b.freezeHash,
      where + ' 的序号和所属的 FREEZE');
    if (frame && who !== undefined && change.type !== 'extend' && change.closed.every(function (v) { return v <= standing.teams.length; }) &&
      (change.type !== 'recuse' || standing.isOpen(change.visit))) {
      coming = whoComes(frame, standing, change, who);
    }
    var drawable = !frame || change.type !== 'substitute' || frame.drawable.has(who);
    var wrong = wrongIn(standing, change, codes, f.leaders);
    if (!wrong && coming) {
      var said = change.moves.concat(change.leads).map(function (move) { return move.to === '-' ? '-' : codes.get(move.to); });
      wrong = said.join(' ') === coming.join(' ') ? '' : '按 §6 接替的应是：' + coming.join('、');
    }
    whole = found.say(!wrong && drawable, where + (coming ? '：名额和接替的人都重新算出' : '：恰好移动应移动的名额'), wrong || (drawable ? '' : '不在名单中的人不能退出')) && whole;
    if (whole && coming) { b.replayed.same++; }
    return whole;
  }

  /* What stopped the recomputing, at the change after these; the first cause stands. */
  function halt(b, words) { if (!b.replayed.halt) { b.replayed.halt = words; } }
  function left(b, i, why) { halt(b, '，从第 ' + (i + 1) + ' 项起没有重算：' + why); }

  /* How many changes were recomputed, in the words of SPEC-draw 8.2; nothing of a bundle without changes. */
  M.replayedWords = function (b) {
    var r = b.replayed;
    return r ? '变更 ' + r.all + ' 项，由规则重算相同 ' + r.same + ' 项' + r.halt + '。' : '';
  };

  M.checkChanges = function (suite, b, seedHash, found) {
    var codes = names(b, suite), hashes = hashesIn(b.changes), goes = true;
    found.say(hashes.size === codes.size && b.persons.length === codes.size &&
      Array.from(hashes).every(function (hash) { return codes.has(hash); }), 'persons.tsv 打开的恰好是变动涉及的人', b.persons.length + ' 人');
    if (b.secret) { checkSalts(suite, b, found); }
    if (!b.changes.length) { return; }
    b.replayed = { all: b.changes.length, same: 0, halt: '' };
    if (!b.secret) { left(b, 0, '公开的案卷没有 S 和名录'); }
    if (found.wrong) { left(b, 0, '前面已有矛盾'); return; }
    var standing = new Standing(b), frame = b.secret ? new Frame(suite, b, seedHash) : null;
    b.freezeHash = b.result.freeze;
    b.changes.forEach(function (change, i) {
      if (change.type === 'extend' && frame) {
        left(b, i, '没有给出所指增补名录的完整案卷');
        found.open.push('从第 ' + (i + 1) + ' 件变动（借调）起，由谁接替没有重算：需要借调名单的完整案卷 ' + change.borrowed + '，本页不收，请用 mingqian verify --borrowed 核对。');
        frame = null;
      }
      if (goes && !checkChange(standing, change, i, b, codes, frame, found)) {
        goes = false;
        halt(b, '，第 ' + (i + 1) + ' 项不符' + (i + 1 < b.changes.length ? '，其后没有重算' : ''));
      }
    });
  };
})(Mingqian);

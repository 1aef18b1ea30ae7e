/*
 * The rules a frame must obey before FREEZE may be published (protocol §2, §3.3), and the opened leaves.
 * Deliberately absent: reasons and classes in words; codes mean what the published plan says.
 */
(function (M) {
  'use strict';

  var INDEX = /^(0|[1-9][0-9]{0,14})$/;
  var PATH = /^(-|[0-9a-f]{64}(,[0-9a-f]{64})*)$/;

  /* opened.tsv: id, stratum, status, area, salt, nonce, cover, index in the tree, path to its root. */
  M.readOpened = function (text) {
    return M.readRows('opened.tsv', text, '\t', [M.NAME, M.STRATUM, M.STATUS, M.NAME, M.HASH, M.HASH, M.HASH, INDEX, PATH], true)
      .map(function (v) {
        return {
          id: v[0], stratum: v[1], status: v[2], area: v[3], salt: v[4], nonce: v[5], cover: v[6],
          index: Number(v[7]), path: v[8] === '-' ? [] : v[8].split(',')
        };
      });
  };

  /* Whether the path leads from the opened leaf to the root that FREEZE published. */
  M.openedInTree = function (suite, f, row) {
    var proof = { index: row.index, size: f.subjects.leaves, path: row.path.map(M.unhex) };
    return M.rootFrom(suite, M.unhex(row.leafhash), proof) === f.subjects.root;
  };

  /* Distinct subjects by (ticket, id): the order in which they are visited. */
  M.visitOrder = function (rows) {
    var tickets = new Map();
    rows.forEach(function (row) { tickets.set(row.id, row.ticket); });
    return Array.from(tickets.keys()).sort(function (a, b) {
      return tickets.get(a) < tickets.get(b) ? -1 : tickets.get(a) > tickets.get(b) ? 1 : a < b ? -1 : 1;
    });
  };

  /* The paths were checked against the root already; here the opened leaves must be the visits' and no other. */
  M.openedMatches = function (text, visits) {
    var lines = [], there = text.split('\n').slice(0, -1).map(function (line) { return line.split('\t').slice(0, 7).join('\t'); });
    visits.forEach(function (visit) {
      visit.leaves.forEach(function (row) {
        lines.push([row.id, row.stratum, row.status, row.area, row.salt, row.nonce, row.cover].join('\t'));
      });
    });
    return lines.sort().join('\n') === there.join('\n');
  };

  M.itemOf = function (stratum) {
    var cut = stratum.indexOf(':');
    return cut < 0 ? '-' : stratum.slice(0, cut);
  };

  /* What the opened leaves say about each other and about FREEZE, whatever the frame behind them is. */
  M.checkOpenedRows = function (f, rows, order, found) {
    var strata = new Set(f.strata.map(function (s) { return s.name; })), areas = new Set(f.areas.length ? f.areas : ['-']);
    found.say(!repeated(rows, function (row) { return row.index; }) &&
      !repeated(rows, function (row) { return row.id + ' ' + row.stratum; }), '公开的记录没有一条出现两次');
    found.say(rows.every(function (row) { return strata.has(row.stratum) && areas.has(row.area); }),
      '公开记录的分层和片区都是 FREEZE 公布的');
    found.say(!repeated(rows, function (row) { return row.id + ' ' + M.itemOf(row.stratum); }),
      '同一对象在同一事项中只有一条');
    var first = new Map();
    found.say(rows.every(function (row) {
      var one = first.get(row.id);
      first.set(row.id, one || row);
      return !one || (one.salt === row.salt && one.nonce === row.nonce && one.area === row.area);
    }), '同一对象的各条记录盐、随机数和片区相同');
    var leaves = new Set(order.map(function (line) { return line[2]; }));
    found.say(rows.every(function (row) { return row.status === 'draw' || !leaves.has(row.leafhash); }),
      '必查的记录不在抽取次序中');
    found.say(!repeated(order, function (line) { return line[2]; }), '抽取次序中没有一片封存叶出现两次');
  };

  function count(rows, test) { return rows.filter(test).length; }
  function isDraw(row) { return row.status === 'draw'; }
  function isSkip(row) { return row.status.indexOf('skip:') === 0; }

  function repeated(rows, keyOf) {
    var seen = new Set();
    return rows.some(function (row) {
      var key = keyOf(row);
      if (seen.has(key)) { return true; }
      seen.add(key);
      return false;
    });
  }

  function strataRight(f, frames) {
    var occurring = Array.from(new Set(frames.subject.map(function (row) { return row.stratum; }))).sort();
    return occurring.join('\n') === f.strata.map(function (s) { return s.name; }).join('\n') &&
      f.strata.every(function (s) {
        return s.size === count(frames.subject, function (row) { return row.stratum === s.name && isDraw(row); });
      });
  }

  function areasRight(f, frames) {
    var known = new Set(f.areas.length ? f.areas : ['-']), area = new Map();
    return frames.subject.every(function (row) {
      var before = area.get(row.id);
      area.set(row.id, row.area);
      return known.has(row.area) && (before === undefined || before === row.area);
    }) && frames.inspector.every(function (row) { return row.area === '-'; });
  }

  /* Subjects that cannot get a full team or a leader because of recusals. */
  function stranded(f, frames) {
    var blocked = new Map(), visitable = new Set(), free = new Map();
    frames.subject.forEach(function (row) { if (!isSkip(row)) { visitable.add(row.id); } });
    frames.recusal.forEach(function (row) {
      var cut = row.id.indexOf(':'), subject = row.id.slice(cut + 1);
      if (!blocked.has(subject)) { blocked.set(subject, new Set()); }
      blocked.get(subject).add(row.id.slice(0, cut));
    });
    frames.inspector.filter(isDraw).forEach(function (row) { free.set(row.id, row.stratum); });
    return Array.from(blocked.keys()).filter(function (subject) {
      if (!visitable.has(subject)) { return false; }
      var out = blocked.get(subject), left = new Map();
      free.forEach(function (stratum, id) { if (!out.has(id)) { left.set(stratum, (left.get(stratum) || 0) + 1); } });
      return f.authorities.some(function (a) { return (left.get(a.name) || 0) < a.team; }) ||
        f.leaders.every(function (id) { return out.has(id); });
    });
  }

  M.checkFrames = function (f, frames, found) {
    found.say(!repeated(frames.subject, function (row) { return row.id + ' ' + row.stratum; }) &&
      !repeated(frames.inspector, function (row) { return row.id; }) &&
      !repeated(frames.subject, function (row) { return row.id + ' ' + M.itemOf(row.stratum); }) &&
      !repeated(frames.recusal, function (row) { return row.id; }), '名单中没有重复的人或对象，同一对象在同一事项中只有一层');
    found.say(strataRight(f, frames), '各层的名单数与 FREEZE 一致');
    found.say(f.must === count(frames.subject, function (row) { return row.status.indexOf('must:') === 0; }) &&
      f.skip === count(frames.subject, isSkip), '必查与不查的条数与 FREEZE 一致');
    found.say(f.authorities.every(function (a) {
      return a.size === count(frames.inspector, function (row) { return row.stratum === a.name && isDraw(row); });
    }) && frames.inspector.every(function (row) {
      return f.authorities.some(function (a) { return a.name === row.stratum; });
    }), '检查人员的类别与人数与 FREEZE 一致');
    found.say(areasRight(f, frames), '片区填写正确');
    found.say((f.leaders.length > 0 || !frames.subject.some(function (row) { return !isSkip(row); })) &&
      stranded(f, frames).length === 0, '每个对象都有足够的可派人员和组长');
  };

  /* Who is alone in a stratum and is drawn was not drawn at random, and every paper says so (protocol §4). */
  M.alone = function (f, found) {
    f.strata.forEach(function (s) {
      if (s.size === 1 && s.drawn === 1) { found.open.push('分层 ' + s.name + ' 只有 1 家可抽，不是随机抽取。'); }
    });
  };
})(Mingqian);

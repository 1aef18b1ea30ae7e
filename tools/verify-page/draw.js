/*
 * The arithmetic of shuang/1: leaves and roots (protocol §2), selection, teams and leaders (§3).
 * Written from the protocol text, not from the program it checks. Long loops are generators that yield
 * a progress text, so that the page stays alive and a script may simply run them through.
 * Deliberately absent: substitution, recusal after the draw, extension: a bundle shows the draw itself.
 */
(function (M) {
  'use strict';

  var STEP = 500;

  function byTicket(a, b) { return a.ticket < b.ticket ? -1 : a.ticket > b.ticket ? 1 : a.stratum < b.stratum ? -1 : a.stratum > b.stratum ? 1 : 0; }

  /* Adds salt, nonce, seal, cover, mark and leafhash to every row of one frame. */
  M.sealLeaves = function* (suite, freeze, kind, rows, secret) {
    var place = [freeze.campaign, freeze.attempt, kind], salts = new Map();
    for (var i = 0; i < rows.length; i++) {
      var row = rows[i];
      if (!salts.has(row.id)) { salts.set(row.id, suite.lines(['shuang-salt/1'].concat(place, row.id, secret))); }
      row.salt = salts.get(row.id);
      row.nonce = suite.lines(['shuang-nonce/1'].concat(place, row.id, secret));
      row.cover = suite.lines(['shuang-cover/1'].concat(place, row.id, row.stratum, secret));
      M.closeLeaf(suite, freeze, kind, row);
      if (i % STEP === STEP - 1) { yield '计算封存叶 ' + kind + '：' + (i + 1) + ' / ' + rows.length; }
    }
  };

  /* From the opened parts (salt, nonce, cover) to the leaf hash. */
  M.closeLeaf = function (suite, freeze, kind, row) {
    row.seal = suite.lines(['shuang-seal/1', row.salt]);
    row.mark = suite.lines(['shuang-mark/1', row.stratum, row.status, row.area, row.cover]);
    row.leafhash = suite.leaf(['shuang-leaf/1', freeze.campaign, freeze.attempt, kind, row.id, row.mark, row.nonce, row.seal, ''].join('\n'));
  };

  /* RFC 6962: pairs are joined level by level, an odd last node moves up unchanged. */
  M.root = function* (suite, hashes) {
    var level = hashes.slice().sort().map(M.unhex), done = 0;
    if (!level.length) { return suite.text(''); }
    while (level.length > 1) {
      var above = [];
      for (var i = 0; i + 1 < level.length; i += 2) {
        above.push(suite.node(level[i], level[i + 1]));
        if (++done % (4 * STEP) === 0) { yield '计算树根：' + done; }
      }
      if (level.length % 2) { above.push(level[level.length - 1]); }
      level = above;
    }
    return M.hex(level[0]);
  };

  M.ticket = function (suite, seed, scope, id, salt) {
    return suite.lines(['shuang-ticket/1', seed, scope, id, salt]);
  };

  M.drawTickets = function* (suite, seed, scope, rows) {
    var known = new Map();
    for (var i = 0; i < rows.length; i++) {
      var id = rows[i].id;
      if (!known.has(id)) { known.set(id, M.ticket(suite, seed, scope, id, rows[i].salt)); }
      rows[i].ticket = known.get(id);
      if (i % STEP === STEP - 1) { yield '计算签号：' + (i + 1) + ' / ' + rows.length; }
    }
  };

  function drawLeaves(rows) { return rows.filter(function (row) { return row.status === 'draw'; }).sort(byTicket); }

  M.orderText = function (rows) {
    return drawLeaves(rows).map(function (row) { return row.ticket + ' ' + row.stratum + ' ' + row.leafhash; }).sort()
      .map(function (line) { return line + '\n'; }).join('');
  };

  /* Distinct visited subjects in ticket order: drawn or `must` under any item. */
  M.visits = function (freeze, rows) {
    var taken = new Map(), quota = new Map();
    freeze.strata.forEach(function (s) { quota.set(s.name, s.drawn); });
    drawLeaves(rows).forEach(function (row) {
      var left = quota.get(row.stratum) || 0;
      row.drawn = left > 0;
      if (left > 0) { quota.set(row.stratum, left - 1); }
    });
    rows.forEach(function (row) {
      if (row.drawn || row.status.indexOf('must:') === 0) {
        if (!taken.has(row.id)) { taken.set(row.id, { id: row.id, ticket: row.ticket, salt: row.salt, area: row.area, stratum: '', leaves: [] }); }
        taken.get(row.id).leaves.push(row);
      }
    });
    return Array.from(taken.values()).sort(function (a, b) { return byTicket(a, b) || (a.id < b.id ? -1 : 1); });
  };

  function least(candidates, keyOf) {
    return candidates.map(function (c) { return { of: c, key: keyOf(c) }; }).sort(function (a, b) {
      for (var i = 0; i < a.key.length; i++) {
        if (a.key[i] !== b.key[i]) { return a.key[i] < b.key[i] ? -1 : 1; }
      }
      return 0;
    }).map(function (c) { return c.of; });
  }

  /* Inspectors as drawn people and reserve per authority, in ticket order. */
  M.people = function (freeze, inspectors) {
    return freeze.authorities.map(function (authority) {
      var order = drawLeaves(inspectors.filter(function (row) { return row.stratum === authority.name; }));
      return { team: authority.team, drawn: order.slice(0, authority.drawn), reserve: order.slice(authority.drawn) };
    });
  };

  function nextReserve(people, subject, recused) {
    for (var i = 0; i < people.reserve.length; i++) {
      if (!recused(people.reserve[i].id, subject)) { return people.reserve.splice(i, 1)[0].id; }
    }
    return '-';
  }

  function pairTeams(suite, seed, visits, people, recused) {
    var load = new Map();
    return visits.map(function (visit) {
      var line = [visit.id];
      people.forEach(function (stratum) {
        var fit = stratum.drawn.filter(function (p) { return !recused(p.id, visit.id); });
        var chosen = least(fit, function (p) {
          return [load.get(p.id) || 0, M.ticket(suite, seed, 'team:' + visit.id, p.id, p.salt), p.id];
        }).slice(0, stratum.team);
        chosen.forEach(function (p) { load.set(p.id, (load.get(p.id) || 0) + 1); line.push(p.id); });
        for (var missing = stratum.team - chosen.length; missing > 0; missing--) { line.push(nextReserve(stratum, visit.id, recused)); }
      });
      return line;
    });
  }

  function dealGroups(freeze, people) {
    var groups = [];
    for (var g = 1; g <= freeze.groups; g++) { groups.push({ number: g, load: 0, members: people.map(function () { return []; }) }); }
    people.forEach(function (stratum, s) {
      stratum.drawn.forEach(function (p, i) { groups[i % groups.length].members[s].push(p.id); });
    });
    return groups;
  }

  function groupTeams(suite, seed, freeze, visits, people, recused) {
    var groups = dealGroups(freeze, people), home = new Map();
    least(freeze.areas, function (area) { return [M.ticket(suite, seed, 'area', area, '-'), area]; })
      .forEach(function (area, i) { home.set(area, groups[i % groups.length]); });
    return visits.map(function (visit) {
      function blocked(group) {
        return group.members.some(function (ids) { return ids.some(function (id) { return recused(id, visit.id); }); });
      }
      function leastLoaded(among) {
        return least(among, function (group) {
          return [group.load, M.ticket(suite, seed, 'team:' + visit.id, String(group.number), visit.salt), group.number];
        })[0];
      }
      var group = home.get(visit.area);
      if (!group || blocked(group)) {
        var free = groups.filter(function (g) { return !blocked(g); });
        group = leastLoaded(free.length ? free : groups);
      }
      group.load++;
      var line = [visit.id];
      group.members.forEach(function (ids, s) {
        ids.forEach(function (id) { line.push(recused(id, visit.id) ? nextReserve(people[s], visit.id, recused) : id); });
      });
      return line;
    });
  }

  function text(lines) { return lines.map(function (line) { return line.join(' ') + '\n'; }).join(''); }

  M.teamsText = function (suite, seed, freeze, visits, people, recused) {
    return text(freeze.groups ? groupTeams(suite, seed, freeze, visits, people, recused)
      : pairTeams(suite, seed, visits, people, recused));
  };

  M.leaderOf = function (freeze, subject, recused) {
    for (var i = 0; i < freeze.leaders.length; i++) {
      if (!recused(freeze.leaders[i], subject)) { return freeze.leaders[i]; }
    }
    return null;
  };

  M.leadersText = function (freeze, visits, recused) {
    return text(visits.map(function (visit) { return [visit.id, M.leaderOf(freeze, visit.id, recused) || '-']; }));
  };
})(Mingqian);

/*
 * How many of each stratum are drawn (protocol §4), from the rules of PLAN and the numbers of FREEZE.
 * Deliberately absent: numbers beyond 2^53. Every product is divided digit by digit instead.
 */
(function (M) {
  'use strict';

  var MOST_LCM = 1000000, SMALL = 20;

  function common(a, b) { return b === 0 ? a : common(b, a % b); }

  /* a·b = quotient·c + rest, for a, b, c whose product is too large for a double; 10·c + 9·b must not be. */
  function divided(a, b, c) {
    var quotient = 0, rest = 0;
    String(a).split('').forEach(function (digit) {
      rest = rest * 10 + Number(digit) * b;
      quotient = quotient * 10 + (rest - rest % c) / c;
      rest = rest % c;
    });
    return { quotient: quotient, rest: rest };
  }

  function atLeast(size, rate) {
    var whole = divided(size, rate.over, rate.under);
    return whole.quotient + (whole.rest ? 1 : 0);
  }

  /* Shares of `total` over classes {name, size, rate}; null if the rates are refused. */
  function split(total, classes) {
    var lcm = 1, shares = new Map(), open;
    classes.forEach(function (c) { lcm = lcm > MOST_LCM ? lcm : lcm / common(lcm, c.rate.under) * c.rate.under; });
    if (lcm > MOST_LCM) { return null; }
    open = classes.map(function (c) { return { name: c.name, size: c.size, weight: c.size * c.rate.over * (lcm / c.rate.under) }; });
    open.forEach(function (c) { shares.set(c.name, 0); });
    open = open.filter(function (c) { return c.weight > 0; });
    total = Math.min(total, open.reduce(function (sum, c) { return sum + c.size; }, 0));
    for (;;) {
      var weight = open.reduce(function (sum, c) { return sum + c.weight; }, 0);
      if (!open.length) { return shares; }
      open.forEach(function (c) { c.share = divided(total, c.weight, weight); c.full = c.share.quotient >= c.size; });
      var full = open.filter(function (c) { return c.full; });
      if (!full.length) { break; }
      full.forEach(function (c) { shares.set(c.name, c.size); total -= c.size; });
      open = open.filter(function (c) { return !c.full; });
    }
    open.forEach(function (c) { shares.set(c.name, c.share.quotient); total -= c.share.quotient; });
    open.sort(function (a, b) { return b.share.rest - a.share.rest || (a.name < b.name ? -1 : 1); });
    for (var i = 0; i < total; i++) { shares.set(open[i].name, shares.get(open[i].name) + 1); }
    return shares;
  }

  function itemWrong(item, strata, rates) {
    var size = strata.reduce(function (sum, s) { return sum + s.size; }, 0);
    var merged = (item.name === '-' ? '' : item.name + ':') + 'all', rule = item.rule;
    var total = rule.kind === 'pool' ? atLeast(size, rule.rate) : rule.total;
    if (rule.kind === 'pool' && size < SMALL) {
      if (strata.length > 1 || (strata.length && strata[0].name !== merged)) { return '不足 ' + SMALL + ' 家，应合并为 ' + merged; }
      return strata.length && strata[0].drawn !== total ? merged + ' 应抽 ' + total : '';
    }
    if (strata.some(function (s) { return s.name === merged; })) { return '不应有合并的层 ' + merged; }
    var classes = strata.map(function (s) { return { name: s.name, size: s.size, drawn: s.drawn, rate: rates.get(s.name) }; });
    var unrated = classes.filter(function (c) { return !c.rate; });
    if (unrated.length) { return '方案没有 rate：' + unrated[0].name; }
    var shares = new Map();
    if (rule.kind === 'full') { classes.forEach(function (c) { shares.set(c.name, c.size); }); }
    else if (rule.kind === 'ceiling') { classes.forEach(function (c) { shares.set(c.name, atLeast(c.size, c.rate)); }); }
    else { shares = split(total, classes); }
    if (!shares) { return '各层比例的公分母超过 ' + MOST_LCM; }
    var wrong = classes.filter(function (c) { return shares.get(c.name) !== c.drawn; });
    return wrong.length ? wrong[0].name + ' 应抽 ' + shares.get(wrong[0].name) + '，FREEZE 写 ' + wrong[0].drawn : '';
  }

  /* What is wrong with the strata of FREEZE under PLAN, in words; empty if nothing is. */
  M.quotaWrong = function (plan, freeze) {
    var rates = new Map(), known = new Set(plan.items.map(function (item) { return item.name; })), wrong = [];
    plan.rates.forEach(function (r) { rates.set(r.name, r.rate); });
    freeze.strata.forEach(function (s) { if (!known.has(M.itemOf(s.name))) { wrong.push('方案没有这个事项：' + s.name); } });
    plan.items.forEach(function (item) {
      var found = itemWrong(item, freeze.strata.filter(function (s) { return M.itemOf(s.name) === item.name; }), rates);
      if (found) { wrong.push('事项 ' + item.name + '：' + found); }
    });
    return wrong.join('；');
  };
})(Mingqian);

/*
 * The beacons of shuang/2 (protocol §3.5): which source and issue a FREEZE may name, and what value it can give.
 * Deliberately absent: whether a value was really published, and its signature.
 */
(function (M) {
  'use strict';

  var QUICKNET = 'drand:52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971';
  var QUICKNET_START = 1692803367, QUICKNET_SECONDS = 3;
  /* So many draw days at most did closures of the lottery market leave out of a year. */
  var MOST_LEFT_OUT = 40;

  /* An issue of a lottery against its day in Beijing: three draws a week, from Sunday as 0, numbered anew each year. */
  function issueFits(beacon, digits, drawsOn) {
    var day = Math.floor((beacon.time + 8 * 3600) / 86400), year = new Date(day * 86400000).getUTCFullYear();
    var most = 0, number = Number(beacon.round.slice(digits)), written = digits === 2 ? year % 100 : year;
    for (var d = Date.UTC(year, 0, 1) / 86400000; d <= day; d++) { if (drawsOn.indexOf((d + 4) % 7) >= 0) { most++; } }
    return Number(beacon.round.slice(0, digits)) === written && number >= 1 && number <= most && number + MOST_LEFT_OUT >= most;
  }

  M.sourceRight = function (beacon) {
    if (beacon.source.indexOf('drand:') === 0) {
      return beacon.source === QUICKNET && /^[1-9][0-9]*$/.test(beacon.round) &&
        beacon.time === QUICKNET_START + QUICKNET_SECONDS * (Number(beacon.round) - 1);
    }
    if (beacon.source === 'cwl-ssq') { return /^[0-9]{7}$/.test(beacon.round) && issueFits(beacon, 4, [0, 2, 4]); }
    if (beacon.source === 'tc-dlt') { return /^[0-9]{5}$/.test(beacon.round) && issueFits(beacon, 2, [1, 3, 6]); }
    return ['cwl-ssq', 'tc-dlt'].indexOf(beacon.source.toLowerCase()) < 0;
  };

  function zonesRight(zones, shape) {
    return zones.length === shape.length && zones.every(function (zone, i) { return zone.length === shape[i][0] && zone.every(function (n) { return n >= '01' && n <= shape[i][1]; }); });
  }

  M.valueRight = function (beacon) {
    if (beacon.source.indexOf('drand:') === 0) { return /^[0-9a-f]{96}$/.test(beacon.value); }
    var zones = beacon.value.split(' + ').map(function (zone) { return zone.split(' '); });
    var count = zones.reduce(function (total, zone) { return total + zone.length; }, 0);
    var rising = zones.every(function (zone) {
      return zone.every(function (n, i) { return /^[0-9]{2}$/.test(n) && (i === 0 || zone[i - 1] < n); });
    });
    if (!rising) { return false; }
    if (beacon.source === 'cwl-ssq') { return zonesRight(zones, [[6, '33'], [1, '16']]); }
    if (beacon.source === 'tc-dlt') { return zonesRight(zones, [[5, '35'], [2, '12']]); }
    return zones.length <= 8 && count <= 40;
  };
})(Mingqian);

/*
 * The page around the verifier: reads the chosen files, runs the generator in slices so that progress
 * shows, and writes the verdict as text (never as markup). No storage, no network.
 */
(function (M) {
  'use strict';

  var WORDS = {
    0: ['right', '完整且正确。'],
    1: ['wrong', '发现矛盾：案卷与协议不符，抽取结果不可信。'],
    2: ['wrong', '无法读取：文件不齐、格式不对，或已损坏。'],
    3: ['part', '到目前为止全部正确，但还不完整。']
  };
  var STAGES = { sealed: '封存阶段', 'public': '公开阶段', full: '完整案卷', '': '阶段不明' };
  var LEVELS = ['0 级（演练）', '1 级', '2 级'];
  var OUTCOMES = { right: '正确', wrong: '错误' };
  var SLICE_MS = 60;

  function byId(id) { return document.getElementById(id); }

  function cell(row, text) {
    var td = document.createElement('td');
    td.textContent = text;
    row.appendChild(td);
  }

  function show(verdict) {
    var words = WORDS[verdict.exit];
    byId('progress').textContent = '';
    byId('verdict').className = 'verdict ' + words[0];
    /* A void comes first: whoever reads one line must not take it for a draw. It has no result that a level could be told of. */
    byId('verdict').textContent = (verdict.isVoid ? '这次抽取已作废。' : '') + words[1];
    byId('summary').textContent = (verdict.attempt ? verdict.attempt + '，' : '') + STAGES[verdict.stage] + '，结论代码 ' + verdict.exit +
      (verdict.level === null || verdict.isVoid ? '' : '，达到的可信等级 ' + LEVELS[verdict.level]);
    byId('checks').textContent = '';
    verdict.checks.forEach(function (check) {
      var row = document.createElement('tr');
      row.className = check.outcome;
      cell(row, OUTCOMES[check.outcome]);
      cell(row, check.what);
      cell(row, check.detail);
      byId('checks').appendChild(row);
    });
    byId('open').textContent = '';
    verdict.open.forEach(function (text) {
      var item = document.createElement('li');
      item.textContent = text;
      byId('open').appendChild(item);
    });
    byId('open-part').hidden = verdict.open.length === 0;
    byId('steps').textContent = verdict.last[0];
    byId('technical').textContent = verdict.last[1];
    byId('outcome').hidden = false;
    byId('verdict').focus();
  }

  function unreadable(error) { show(M.unread(error)); }

  function run(files) {
    var steps = M.verify(files);
    (function slice() {
      var until = Date.now() + SLICE_MS, step;
      try {
        do { step = steps.next(); } while (!step.done && Date.now() < until);
      } catch (error) { unreadable(new M.Unreadable('案卷', String(error))); return; }
      if (step.done) { show(step.value); return; }
      byId('progress').textContent = step.value;
      setTimeout(slice, 0);
    })();
  }

  function bytesOf(file) {
    return new Promise(function (resolve, reject) {
      var reader = new FileReader();
      reader.onload = function () { resolve({ name: file.name, bytes: new Uint8Array(reader.result) }); };
      reader.onerror = function () { reject(new M.Unreadable(file.name, '浏览器读不出这个文件')); };
      reader.readAsArrayBuffer(file);
    });
  }

  function collect(parts) {
    return M.named(parts.length === 1 ? M.readZip(parts[0].bytes) : parts);
  }

  byId('files').addEventListener('change', function () {
    var chosen = Array.from(this.files);
    if (!chosen.length) { return; }
    byId('outcome').hidden = true;
    byId('progress').textContent = '正在读取…';
    if (chosen.reduce(function (total, file) { return total + file.size; }, 0) > M.MAX_TOTAL) {
      unreadable(new M.Unreadable('案卷', '超过 1 GB，请用 mingqian verify 核对'));
      return;
    }
    Promise.all(chosen.map(bytesOf)).then(function (parts) { run(collect(parts)); }).catch(function (error) {
      unreadable(error instanceof M.Unreadable ? error : new M.Unreadable('案卷', String(error)));
    });
  });
})(Mingqian);

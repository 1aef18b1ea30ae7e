// Recomputes one draw on its own page: fetches the bundle of the stage that is public now and hands
// it to the verifier of tools/verify-page. Nothing is sent. Results are written as text, never as markup.
(function (M) {
  "use strict";
  function at(id) { return document.getElementById("recompute-" + id); }
  var start = at("start");
  if (!start || !M || !M.verify || !window.fetch) { return; }

  var WORDS = {
    0: ["ok", "完整且正确。"],
    1: ["bad", "发现矛盾：案卷与协议不符，抽取结果不可信。"],
    2: ["bad", "无法读取：文件不齐、格式不对，或已损坏。"],
    3: ["part", "到目前为止全部正确，但还不完整。"]
  };
  var OPENED = "能核对的都正确；核对不了的列在下面。日志签名和 drand 签名没有在浏览器里核对。";
  var OUTCOMES = { right: "正确", wrong: "错误" };
  var LEVELS = ["0 演练", "1 见证", "2 信标"];
  var SLICE_MS = 60;

  function cell(row, text) {
    var td = document.createElement("td");
    td.textContent = text;
    row.appendChild(td);
  }

  function show(verdict) {
    var words = WORDS[verdict.exit];
    at("progress").textContent = "";
    at("verdict").className = "verdict " + words[0];
    at("verdict").textContent = verdict.exit === 3 && verdict.stage === "public" ? OPENED : words[1];
    var level = verdict.level === null ? "" : "，达到的可信等级 " + LEVELS[verdict.level];
    at("summary").textContent = "结论代码 " + verdict.exit + level +
      "。浏览器不核对日志签名和 drand 签名：要连签名一起核对，用 mingqian verify。" + verdict.last.join("");
    at("checks").textContent = "";
    verdict.checks.forEach(function (check) {
      var row = document.createElement("tr");
      row.className = check.outcome === "wrong" ? "is-late" : "";
      cell(row, OUTCOMES[check.outcome]);
      cell(row, check.what);
      cell(row, check.detail);
      at("checks").appendChild(row);
    });
    at("open").textContent = "";
    verdict.open.forEach(function (text) {
      var item = document.createElement("li");
      item.textContent = text;
      at("open").appendChild(item);
    });
    at("outcome").hidden = false;
    at("verdict").focus();
    start.disabled = false;
  }

  function unreadable(error) {
    var known = error instanceof M.Unreadable;
    var where = known ? error.where : "案卷";
    show({ exit: 2, level: null, open: [], last: [],
      checks: [{ outcome: "wrong", what: "无法读取 " + where, detail: String(error.message) }] });
  }

  function run(files) {
    var steps = M.verify(files);
    (function slice() {
      var until = Date.now() + SLICE_MS, step;
      try {
        do { step = steps.next(); } while (!step.done && Date.now() < until);
      } catch (error) { unreadable(error); return; }
      if (step.done) { show(step.value); return; }
      at("progress").textContent = step.value;
      setTimeout(slice, 0);
    }());
  }

  start.addEventListener("click", function () {
    start.disabled = true;
    at("outcome").hidden = true;
    at("progress").textContent = "正在下载案卷…";
    fetch(start.getAttribute("data-bundle"), { credentials: "omit" }).then(function (answer) {
      if (!answer.ok) { throw new Error("下载没有完成（" + answer.status + "），稍后再试。"); }
      return answer.arrayBuffer();
    }).then(function (bytes) {
      run(M.named(M.readZip(new Uint8Array(bytes))));
    }).catch(unreadable);
  });
  at("act").hidden = false;
}(window.Mingqian));

// Makes an outside party's random number on its own device and computes the
// commitment H("shuang-party/1", name, nonce), under shuang/2 over campaign and
// attempt as well: H("shuang-party/2", campaign, attempt, name, nonce). The random
// number is put into no form field before the commitment record is public, and is
// never sent by script; pasted into the field of the commitment it is taken out.
(function () {
  "use strict";
  var page = document.querySelector("[data-party]");
  if (!page) { return; }
  var name = page.getAttribute("data-party");

  var campaign = page.getAttribute("data-campaign");
  var attempt = page.getAttribute("data-attempt");
  var two = page.getAttribute("data-version") === "2";
  // Without a sound table (sha256.js) there is no button.
  var sound = typeof window.mqSha256 === "function";

  function hashOf(text) {
    var bytes = [];
    for (var i = 0; i < text.length; i++) {
      // Names and numbers are ASCII by the grammar of the record.
      bytes.push(text.charCodeAt(i) & 255);
    }
    return window.mqSha256(bytes);
  }
  function commitmentOf(nonce) {
    var own = name + "\n" + nonce + "\n";
    return hashOf(two ? "shuang-party/2\n" + campaign + "\n" + attempt + "\n" + own : "shuang-party/1\n" + own);
  }
  function remember(commitment, nonce) {
    try { window.localStorage.setItem("mq-nonce-" + commitment, nonce); } catch (ignored) { return; }
  }
  function recall(commitment) {
    try { return window.localStorage.getItem("mq-nonce-" + commitment); } catch (ignored) { return null; }
  }

  // Whether this device keeps it as the random number of some commitment.
  function isKept(value) {
    try {
      for (var i = 0; i < window.localStorage.length; i++) {
        var key = window.localStorage.key(i);
        if (key.indexOf("mq-nonce-") === 0 && window.localStorage.getItem(key) === value) { return true; }
      }
    } catch (ignored) { return false; }
    return false;
  }

  var handing = document.getElementById("f-commitment");
  if (handing) {
    var warning = page.querySelector("[data-not-nonce]");
    handing.addEventListener("input", function () {
      var typed = handing.value.replace(/\s+/g, "").toLowerCase();
      var made = page.querySelector("[data-nonce]");
      var own = typed.length === 64 && ((made && typed === made.textContent) || isKept(typed));
      if (own) { handing.value = ""; }
      warning.hidden = !own;
    });
  }

  var maker = page.querySelector("[data-maker]");
  if (maker && sound && window.crypto && window.crypto.getRandomValues) {
    var made = maker.querySelector("[data-made]");
    var shown = maker.querySelector("[data-nonce]");
    var field = document.getElementById("f-commitment");
    maker.hidden = false;
    maker.querySelector("[data-make]").addEventListener("click", function () {
      var raw = new Uint8Array(32);
      window.crypto.getRandomValues(raw);
      var nonce = Array.prototype.map.call(raw, function (byte) {
        return ("0" + byte.toString(16)).slice(-2);
      }).join("");
      shown.textContent = nonce;
      made.hidden = false;
      field.value = commitmentOf(nonce);
      remember(field.value, nonce);
    });
    maker.querySelector("[data-save]").addEventListener("click", function () {
      var words = "campaign " + campaign + "\nattempt " + attempt + "\nparty " + name + "\nnonce " + shown.textContent + "\ncommitment " + field.value + "\n";
      var link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([words], { type: "text/plain" }));
      link.download = "nonce-" + campaign + "-" + attempt + "-" + name + ".txt";
      document.body.appendChild(link);
      link.click();
      document.body.removeChild(link);
    });
    maker.querySelector("[data-print]").addEventListener("click", function () { window.print(); });
  }

  // After the record is public: check on this device before anything is sent.
  var opening = document.getElementById("f-nonce");
  if (opening && sound) {
    var wanted = page.getAttribute("data-commitment");
    var words = page.querySelector("[data-check]");
    var check = function () {
      var nonce = opening.value.replace(/\s+/g, "").toLowerCase();
      if (nonce.length !== 64) { words.textContent = nonce ? "还不是 64 位。" : ""; return; }
      words.textContent = commitmentOf(nonce) === wanted
        ? "与承诺值一致，可以公开。" : "与承诺值不一致，请核对是不是这一次的随机数。";
    };
    opening.addEventListener("input", check);
    var kept = recall(wanted);
    var button = page.querySelector("[data-recall]");
    if (kept) {
      button.hidden = false;
      button.addEventListener("click", function () { opening.value = kept; check(); });
    }
    check();
  }
}());

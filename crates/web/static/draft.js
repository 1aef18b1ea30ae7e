// Keeps the draft of a long form on the server while it is being written.
// Without script the button 存草稿 does the same.
(function () {
  "use strict";
  var form = document.querySelector("form[data-draft]");
  if (!form || !window.fetch || !window.URLSearchParams) { return; }
  var line = form.querySelector("[data-draft-line]");

  // Files are not part of a draft.
  function written() {
    var pairs = new URLSearchParams();
    for (var i = 0; i < form.elements.length; i++) {
      var field = form.elements[i];
      var ticked = !/^(checkbox|radio)$/.test(field.type) || field.checked;
      var kept = field.name && !/^(file|submit|button|password)$/.test(field.type);
      if (kept && ticked) { pairs.append(field.name, field.value); }
    }
    return pairs.toString();
  }

  var kept = written();
  var busy = false;
  window.setInterval(function () {
    var now = written();
    if (busy || now === kept || form.hasAttribute("data-sent")) { return; }
    busy = true;
    fetch(form.getAttribute("data-draft"), {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/x-www-form-urlencoded", "Accept": "text/plain" },
      body: now
    }).then(function (answer) {
      if (!answer.ok) { throw new Error(String(answer.status)); }
      return answer.text();
    }).then(function (words) {
      kept = now;
      busy = false;
      line.textContent = words;
    }).catch(function () {
      busy = false;
      line.textContent = "草稿暂时存不上，填写的内容还在本页，请先不要关闭。";
    });
  }, 5000);
}());

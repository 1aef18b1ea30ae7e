// What script adds to any page. Without it every page still works whole.
(function () {
  "use strict";

  // The search field answers to "/".
  document.addEventListener("keydown", function (event) {
    var at = event.target;
    var typing = at && (/^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) || at.isContentEditable);
    if (event.key !== "/" || typing || event.ctrlKey || event.altKey || event.metaKey) { return; }
    var field = document.querySelector("[data-slash]");
    if (field) { event.preventDefault(); field.focus(); field.select(); }
  });

  // A refused form: begin at what must be changed.
  var summary = document.getElementById("errors");
  if (summary) { summary.focus(); }

  // A form is sent once; the server would take the second for the first anyway.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.hasAttribute("data-once")) { return; }
    if (form.hasAttribute("data-sent")) { event.preventDefault(); return; }
    form.setAttribute("data-sent", "");
    var buttons = form.querySelectorAll("button[type=submit]");
    for (var i = 0; i < buttons.length; i++) { buttons[i].setAttribute("aria-disabled", "true"); }
  });
  // Coming back by the history button, the form may be sent again.
  window.addEventListener("pageshow", function () {
    var forms = document.querySelectorAll("form[data-sent]");
    for (var i = 0; i < forms.length; i++) {
      forms[i].removeAttribute("data-sent");
      var buttons = forms[i].querySelectorAll("[aria-disabled]");
      for (var k = 0; k < buttons.length; k++) { buttons[k].removeAttribute("aria-disabled"); }
    }
  });

  // A page that others change looks again, unless its reader is at work on it: types, has typed, or has opened something.
  function changed(field) {
    if (field.tagName === "SELECT") { return false; }
    if (field.type === "checkbox" || field.type === "radio") { return field.checked !== field.defaultChecked; }
    return field.type !== "hidden" && field.value !== field.defaultValue;
  }
  function atWork(openedBefore) {
    var at = document.activeElement;
    if (at && /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) { return true; }
    if (document.querySelectorAll("details[open]").length > openedBefore) { return true; }
    if (document.querySelector("form[data-sent]")) { return true; }
    var fields = document.querySelectorAll("input, textarea, select");
    for (var i = 0; i < fields.length; i++) {
      if (changed(fields[i])) { return true; }
    }
    return false;
  }
  var looks = document.querySelector("meta[name=looks-again]");
  if (looks) {
    var opened = document.querySelectorAll("details[open]").length;
    var wait = function (seconds) {
      window.setTimeout(function () {
        if (atWork(opened) || navigator.onLine === false) { wait(2); return; }
        window.location.reload();
      }, seconds * 1000);
    };
    wait(parseInt(looks.getAttribute("content"), 10) || 10);
  }

  // Whole hashes get a button that copies them without blanks.
  function copied(button) {
    button.textContent = "已复制";
  }
  function offerCopy(code) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "复制";
    button.addEventListener("click", function () {
      var text = code.textContent.replace(/\s+/g, "");
      if (navigator.clipboard) {
        navigator.clipboard.writeText(text).then(function () { copied(button); });
        return;
      }
      // Without the clipboard interface (plain HTTP, old browsers): select, then copy.
      var range = document.createRange();
      range.selectNodeContents(code);
      var selection = window.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      if (document.execCommand("copy")) { copied(button); }
    });
    code.parentNode.insertBefore(button, code.nextSibling);
  }
  var codes = document.querySelectorAll("[data-copy]");
  for (var i = 0; i < codes.length; i++) { offerCopy(codes[i]); }
}());

// Fills the hash of a file into its field. The file is read here and never sent:
// its input has no name.
(function () {
  "use strict";
  var sha256 = window.mqSha256;
  if (!sha256 || !window.FileReader) { return; }
  function offer(place) {
    var field = document.getElementById(place.getAttribute("data-file-hash"));
    var chooser = place.querySelector("input");
    var words = place.querySelector("[role=status]");
    place.hidden = false;
    chooser.addEventListener("change", function () {
      var file = chooser.files[0];
      if (!file) { return; }
      words.textContent = "正在计算……";
      var reader = new FileReader();
      reader.onerror = function () { words.textContent = "这个文件读不出来，请重新选取。"; };
      reader.onload = function () {
        field.value = sha256(new Uint8Array(reader.result));
        words.textContent = "已填入这个文件的摘要；请把文件本身存档。";
      };
      reader.readAsArrayBuffer(file);
    });
  }
  var places = document.querySelectorAll("[data-file-hash]");
  for (var i = 0; i < places.length; i++) { offer(places[i]); }
}());

// Drag and drop, refusals before anything is sent, and how far the upload is. Without this script the form works as it stands.
(function () {
  const form = document.getElementById("upload");
  const input = document.getElementById("logs");
  const zone = document.getElementById("dropzone");
  const list = document.getElementById("chosen");
  const refused = document.getElementById("logs-refused");
  const progress = document.getElementById("upload-progress");
  const button = form.querySelector("button.btn-primary");
  const limit = Number(form.dataset.limit) * 2 ** 20;
  const formats = form.dataset.formats.split(" ");
  const say = (text, name) => text.replace("{name}", name);

  function complaint(file) {
    if (file.size === 0) return say(form.dataset.empty, file.name);
    if (file.size > limit) return say(form.dataset.tooLarge, file.name);
    if (!formats.some((ending) => file.name.toLowerCase().endsWith(ending))) return say(form.dataset.unknown, file.name);
    return "";
  }

  function size(bytes) {
    const units = ["B", "KB", "MB", "GB"];
    const step = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
    return `${(bytes / 2 ** (10 * step)).toFixed(step > 1 ? 1 : 0)} ${units[step]}`;
  }

  function keep(files) {
    const kept = new DataTransfer();
    files.forEach((file) => kept.items.add(file));
    input.files = kept.files;
    show();
  }

  function show() {
    const files = Array.from(input.files);
    list.replaceChildren(...files.map(line));
    refused.textContent = files.map(complaint).filter(Boolean).join(" ");
    zone.classList.toggle("has-files", files.length > 0);
  }

  function line(file) {
    const item = document.createElement("li");
    const name = document.createElement("span");
    const weight = document.createElement("small");
    const remove = document.createElement("button");
    name.textContent = file.name;
    weight.textContent = size(file.size);
    weight.className = "text-secondary tabular";
    remove.type = "button";
    remove.className = "btn-close";
    remove.setAttribute("aria-label", `${form.dataset.remove} ${file.name}`);
    remove.addEventListener("click", () => keep(Array.from(input.files).filter((other) => other !== file)));
    item.append(name, weight, remove);
    item.classList.toggle("is-refused", complaint(file) !== "");
    return item;
  }

  ["dragenter", "dragover"].forEach((kind) => zone.addEventListener(kind, (event) => {
    event.preventDefault();
    zone.classList.add("is-over");
  }));
  ["dragleave", "drop"].forEach((kind) => zone.addEventListener(kind, () => zone.classList.remove("is-over")));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    keep([...input.files, ...event.dataTransfer.files]);
  });
  input.addEventListener("change", show);

  function waiting(on) {
    progress.hidden = !on;
    button.disabled = on;
  }

  function moved(event) {
    if (!event.lengthComputable) return;
    const share = Math.floor((100 * event.loaded) / event.total);
    progress.querySelector("progress").value = share;
    document.getElementById("upload-share").textContent = `${share} % · ${size(event.loaded)} / ${size(event.total)}`;
  }

  function answered(request) {
    let answer = {};
    try { answer = JSON.parse(request.responseText); } catch { /* a page of the gate, not ours */ }
    if (answer.address) return window.location.assign(answer.address);
    waiting(false);
    refused.textContent = Object.values(answer.errors || {}).flat().join(" ") || form.dataset.broken;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!input.files.length) refused.textContent = form.dataset.nothing;
    if (!input.files.length || Array.from(input.files).some(complaint)) return;
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", moved);
    request.addEventListener("load", () => answered(request));
    request.addEventListener("error", () => { waiting(false); refused.textContent = form.dataset.broken; });
    waiting(true);
    request.send(new FormData(form));
  });
  form.classList.add("is-scripted");
  show();
})();

// The command palette: Ctrl-K or "/" opens it, arrows choose, Enter goes.
(function () {
  const palette = document.getElementById("palette");
  const query = document.getElementById("palette-query");
  const hits = document.getElementById("palette-hits");

  function open() {
    if (palette.open) return;
    palette.showModal();
    query.value = "";
    query.focus();
    htmx.trigger(query, "palette-opened");
  }

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
    const ctrlK = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
    if (!slash && !ctrlK) return;
    event.preventDefault();
    open();
  });
  query.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") kapokList.step(query, hits, 1);
    else if (event.key === "ArrowUp") kapokList.step(query, hits, -1);
    else if (event.key === "Enter") kapokList.enter(query, () => kapokList.chosen(hits)?.click());
    else return;
    event.preventDefault();
  });
  hits.addEventListener("htmx:afterSwap", () => kapokList.choose(query, hits, kapokList.options(hits)[0]));
  palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
  document.querySelectorAll("[data-palette-open]").forEach((button) => button.addEventListener("click", open));
})();

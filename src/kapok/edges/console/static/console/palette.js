// The command palette: Ctrl-K or "/" opens it, arrows choose, Enter goes.
(function () {
  const palette = document.getElementById("palette");
  const query = document.getElementById("palette-query");
  const hits = document.getElementById("palette-hits");
  const options = () => Array.from(hits.querySelectorAll("[role=option]"));
  const chosen = () => hits.querySelector("[aria-selected=true]");

  function open() {
    if (palette.open) return;
    palette.showModal();
    query.value = "";
    query.focus();
    htmx.trigger(query, "palette-opened");
  }

  function choose(option) {
    options().forEach((each) => each.setAttribute("aria-selected", String(each === option)));
    if (!option) return query.removeAttribute("aria-activedescendant");
    query.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const all = options();
    if (all.length) choose(all[(all.indexOf(chosen()) + by + all.length) % all.length]);
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
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Enter") chosen()?.click();
    else return;
    event.preventDefault();
  });
  hits.addEventListener("htmx:afterSwap", () => choose(options()[0]));
  palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
  document.querySelectorAll("[data-palette-open]").forEach((button) => button.addEventListener("click", open));
})();

// A search that fills a list as one types, by keyboard: arrows choose a hit, Enter opens it.
(function () {
  const query = document.querySelector("[role=combobox][aria-controls]");
  const hits = document.getElementById(query.getAttribute("aria-controls"));
  const options = () => Array.from(hits.querySelectorAll("[role=option]"));
  const chosen = () => hits.querySelector("[aria-selected=true]");

  function choose(option) {
    options().forEach((each) => each.setAttribute("aria-selected", String(each === option)));
    if (!option) return query.removeAttribute("aria-activedescendant");
    query.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const all = options();
    if (!all.length) return;
    const from = chosen() ? all.indexOf(chosen()) : by > 0 ? -1 : 0;
    choose(all[(from + by + all.length) % all.length]);
  }

  query.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Enter" && chosen()) chosen().click();
    else return;
    event.preventDefault();
  });
  hits.addEventListener("htmx:afterSwap", () => choose(options()[0]));
})();

// A search that fills a list as one types, by keyboard: arrows choose a hit, Enter opens it.
(function () {
  const query = document.querySelector("main [role=combobox][aria-controls]");
  const hits = document.getElementById(query.getAttribute("aria-controls"));

  function take() {
    const hit = kapokList.chosen(hits);
    if (hit) hit.click();
    else query.form?.requestSubmit();
  }

  query.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") kapokList.step(query, hits, 1);
    else if (event.key === "ArrowUp") kapokList.step(query, hits, -1);
    else if (event.key === "Enter") kapokList.enter(query, take);
    else return;
    event.preventDefault();
  });
  hits.addEventListener("htmx:afterSwap", () => kapokList.choose(query, hits, kapokList.options(hits)[0]));
})();

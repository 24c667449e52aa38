// A box with a list of options below it: which of them is chosen, the next one up or down, and Enter. Whoever has such a box calls it.
(function () {
  const typed = new WeakMap(), answered = new WeakMap(), waiting = new WeakMap();

  /** Whether the list is not yet that of what was typed. */
  const stale = (box) => typed.get(box) === box.value && answered.get(box) !== box.value;

  window.kapokList = {
    options: (list) => [...list.querySelectorAll("[role=option]")],
    chosen: (list) => list.querySelector("[aria-selected=true]"),

    choose(box, list, option) {
      this.options(list).forEach((each) => each.setAttribute("aria-selected", String(each === option)));
      if (!option) return box.removeAttribute("aria-activedescendant");
      box.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    },

    step(box, list, by) {
      const all = this.options(list), place = all.indexOf(this.chosen(list));
      if (all.length) this.choose(box, list, all[place < 0 && by < 0 ? all.length - 1 : (place + by + all.length) % all.length]);
    },

    /** Enter takes what was found by all that was typed: it waits for that, unless something else is done meanwhile. */
    enter(box, take) {
      if (stale(box)) waiting.set(box, take);
      else take();
    },
  };

  document.addEventListener("input", (event) => typed.set(event.target, event.target.value), true);
  for (const other of ["keydown", "focusout"]) {
    document.addEventListener(other, (event) => { if (event.key !== "Enter") waiting.delete(event.target); }, true);
  }
  document.addEventListener("htmx:afterRequest", (event) => {
    const box = event.detail.elt, take = waiting.get(box), words = event.detail.requestConfig.parameters[box.name];
    if (!event.detail.xhr.status || words === undefined) return;
    answered.set(box, words);
    if (!take || stale(box)) return;
    waiting.delete(box);
    take();
  });
})();

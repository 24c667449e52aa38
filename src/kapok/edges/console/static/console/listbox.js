// A box with a list of options below it: which of them is chosen, and the next one up or down. Whoever has such a box calls it.
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
};

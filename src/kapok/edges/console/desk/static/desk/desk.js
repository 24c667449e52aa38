// The front desk by keyboard: a box with a list below it (arrows, Enter, Esc), one key for each thing to do, a form that is sent once.
(function () {
  const listOf = (box) => document.getElementById(box.dataset.list);
  const options = (list) => [...list.querySelectorAll("[role=option]")];
  const chosen = (list) => list.querySelector("[aria-selected=true]");

  function typing(target) {
    return target.closest("input:not([type=radio]), select, textarea, [contenteditable], dialog[open]");
  }

  function choose(box, option) {
    options(listOf(box)).forEach((each) => each.setAttribute("aria-selected", String(each === option)));
    if (!option) return box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function take(box, option) {
    if (!option) return;
    if (option.href) { option.click(); return; }
    const offers = document.getElementById("offers");
    box.value = option.querySelector("small").textContent;
    box.setAttribute("data-taken", option.dataset.address);
    listOf(box).replaceChildren();
    htmx.ajax("GET", `${offers.dataset.base}?address=${encodeURIComponent(option.dataset.address)}`, { target: offers, swap: "innerHTML" })
      .then(() => offers.querySelector("input[name=offer]")?.focus());
  }

  function inBox(event) {
    const box = event.target.closest("[data-list]");
    if (!box || event.isComposing) return false;
    const list = listOf(box), all = options(list);
    const place = all.indexOf(chosen(list));
    if (event.key === "ArrowDown" && all.length) choose(box, all[(place + 1) % all.length]);
    else if (event.key === "ArrowUp" && all.length) choose(box, all[(place - 1 + all.length) % all.length]);
    else if (event.key === "Enter" && !event.ctrlKey && (chosen(list) || !box.form.querySelector("button"))) take(box, chosen(list) || all[0]);
    else if (event.key === "Enter" && !event.ctrlKey) take(box, all[0]);
    else if (event.key === "Escape") { box.value = ""; list.replaceChildren(); }
    else return false;
    event.preventDefault();
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (inBox(event)) return;
    const form = document.getElementById("order-form");
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.querySelector("button[data-shortcut=Enter]:not([disabled])")?.click();
      return;
    }
    if (form && event.key === "Enter" && event.target.matches("input[type=radio]")) {
      event.preventDefault();
      event.target.checked || event.target.click();
      document.querySelector("#terms select, #terms button")?.focus();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const control = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
    if (!control || event.key === "Enter") return;
    event.preventDefault();
    if (control.matches("input, textarea, select")) control.focus();
    else control.click();
  });

  document.addEventListener("click", (event) => {
    const option = event.target.closest("#places [role=option]");
    if (option) take(document.getElementById("where"), option);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const box = document.querySelector(`[data-list="${CSS.escape(event.detail.target.id)}"]`);
    if (box) choose(box, options(event.detail.target)[0]);
  });

  // Sent twice by an impatient hand, it goes out once; the server knows it again all the same.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-once]")) return;
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("[data-once]").forEach((form) => delete form.dataset.sent));
})();

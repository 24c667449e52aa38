// The front desk by keyboard: a box with a list below it (arrows, Enter, Esc), one key for each thing to do, a form that is sent once.
(function () {
  const listOf = (box) => document.getElementById(box.dataset.list);

  function typing(target) {
    return target.closest("input:not([type=radio]), select, textarea, [contenteditable], dialog[open]");
  }

  function take(box, option) {
    if (!option) return;
    if (option.href) { option.click(); return; }
    if (option.dataset.narrow) return narrow(box, option.dataset.narrow);
    if (box.dataset.field) return takeInto(box, option);
    if (box.dataset.far) return takeFar(box, option);
    const offers = document.getElementById("offers");
    box.value = option.querySelector("small").textContent;
    box.setAttribute("data-taken", option.dataset.address);
    listOf(box).replaceChildren();
    offers.replaceChildren();  // what could be had at the address before is not to be chosen any more
    const asked = new URLSearchParams([["address", option.dataset.address]]);
    document.querySelectorAll("input[name=line]").forEach((line) => asked.append("line", line.value));
    document.querySelectorAll("select[name=end]").forEach((end) => asked.append("end", end.value));
    htmx.ajax("GET", `${offers.dataset.base}?${asked}`, { target: offers, swap: "innerHTML" });
  }

  // The far end of what runs between two addresses is chosen when its offer is: only the terms are asked for anew.
  function takeFar(box, option) {
    box.form.elements.far_address.value = option.dataset.address;
    listOf(box).replaceChildren();
    const wished = [...document.querySelectorAll("#order-form [data-wish]")].filter((each) => each.type !== "radio" || each.checked);
    const asked = new URLSearchParams(wished.map((each) => [each.name, each.value]));
    document.querySelector("input[name=offer]:checked")?.focus();  // from there Enter goes on, and l begins another line
    htmx.ajax("GET", `${box.dataset.far}?${asked}`, { target: "#terms", swap: "innerHTML" });
  }

  // Nobody is served at a road: its words go into the box, and the search goes on below it.
  function narrow(box, words) {
    box.value = words;
    box.focus();
    htmx.trigger(box, "fresh");
  }

  // A customer goes by the name, an address by all its words.
  function takeInto(box, option) {
    const field = document.getElementById(box.dataset.field);
    field.value = option.dataset.customer || option.dataset.address;
    box.value = option.querySelector(option.dataset.customer ? "span" : "small").textContent;
    listOf(box).replaceChildren();
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function forget(box) {
    if (box.dataset.field) document.getElementById(box.dataset.field).value = "";
  }

  function inBox(event) {
    const box = event.target.closest("[data-list]");
    if (!box || event.isComposing) return false;
    const list = listOf(box), all = kapokList.options(list);
    if (event.key === "ArrowDown" && all.length) kapokList.step(box, list, 1);
    else if (event.key === "ArrowUp" && all.length) kapokList.step(box, list, -1);
    else if (event.key === "Enter" && !event.ctrlKey) kapokList.enter(box, () => take(box, kapokList.chosen(list) || kapokList.options(list)[0]));
    else if (event.key === "Escape") { box.value = ""; list.replaceChildren(); forget(box); }
    else return false;
    event.preventDefault();
    return true;
  }

  // The services of a customer: v goes to the next one, whose actions have a key each.
  function inServices(event) {
    const rows = [...document.querySelectorAll("[data-service]")];
    const here = event.target.closest("[data-service]"), place = rows.indexOf(here);
    const on = { v: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    const action = here?.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (action) action.click();
    else if (on && rows.length && (here || event.key === "v")) rows[(place + on + rows.length) % rows.length].focus();
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
      const far = form.elements.far_address;
      (far && !far.value && document.getElementById("far-where") || document.getElementById("window") || document.querySelector("#terms button[data-shortcut=Enter]"))?.focus();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (inServices(event)) return;
    const control = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
    if (!control || event.key === "Enter") return;
    event.preventDefault();
    if (control.matches("input, textarea, select")) control.focus();
    else control.click();
  });

  document.addEventListener("click", (event) => {
    const option = event.target.closest("#places [role=option], #far-places [role=option], #customers [role=option]");
    if (option) take(document.querySelector(`[data-list="${option.closest("[role=listbox]").id}"]`), option);
  });
  // Whoever types on has chosen nothing yet.
  document.addEventListener("input", (event) => {
    if (event.target.dataset?.field) forget(event.target);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const box = document.querySelector(`[data-list="${CSS.escape(event.detail.target.id)}"]`);
    if (!box) return;
    const all = kapokList.options(event.detail.target);
    kapokList.choose(box, event.detail.target, all.find((each) => each.dataset.narrow !== box.value) || all[0]);
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id !== "offers") return;
    const first = event.detail.target.querySelector("input[name=offer], #window, button[data-shortcut=Enter]:not([disabled])");
    const where = document.getElementById("where");
    if (first) return first.focus();
    if (!event.detail.requestConfig?.elt?.matches("[data-adds]")) return;
    where.value = "";  // the line is kept, the next one begins with its address
    where.focus();
    htmx.trigger(where, "fresh");
  });

  // What was asked for earlier never takes the place of what was asked for later, however late its answer comes.
  const places = new WeakMap();
  let asked = 0, shown = 0;
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (["offers", "terms"].includes(event.detail.target.id)) places.set(event.detail.xhr, ++asked);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const place = places.get(event.detail.xhr);
    if (place < shown) event.detail.shouldSwap = false;
    else if (place && event.detail.shouldSwap) shown = place;
  });

  // Sent twice by an impatient hand, it goes out once; the server knows it again all the same.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-once]")) return;
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("[data-once]").forEach((form) => delete form.dataset.sent));
})();

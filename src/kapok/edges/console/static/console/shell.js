// Messages that go away, questions before what htmx sends, and parts that poll.
(function () {
  const ask = window.kapokAsk;  // asking.js

  document.addEventListener("htmx:confirm", async (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    if (await ask(event.detail.question)) event.detail.issueRequest(true);
  });

  // A part that refreshes itself says so, and does not keep the session alive.
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt.hasAttribute("data-poll")) event.detail.headers["X-Kapok-Poll"] = "1";
  });

  // Nothing is replaced under a hand: what comes while a part is being pressed is asked for again once it is let go.
  const late = new Set();
  let pressed = null;
  document.addEventListener("pointerdown", (event) => { pressed = event.target; }, true);
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => {
      pressed = null;
      setTimeout(() => {  // first the click that the hand meant
        for (const part of late) htmx.trigger(part, "refresh");
        late.clear();
      });
    }, true);
  }
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.target.hasAttribute("data-poll") || !event.detail.target.contains(pressed)) return;
    event.preventDefault();
    late.add(event.detail.target);
  });

  // What somebody has unfolded stays so when its part refreshes itself.
  let unfolded = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    unfolded = [...event.detail.target.querySelectorAll("details[open][id]")].map((each) => each.id);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
  });

  function tidy(toast) {
    if (toast.dataset.toast === "success") setTimeout(() => toast.remove(), 6000);
    toast.querySelector("[data-toast-close]").addEventListener("click", () => toast.remove());
  }
  document.querySelectorAll("[data-toast]").forEach(tidy);
})();

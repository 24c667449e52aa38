// Messages that go away, questions before what cannot be undone, and parts that poll.
(function () {
  const dialog = document.getElementById("confirm");

  function ask(question) {
    document.getElementById("confirm-text").textContent = question;
    dialog.returnValue = "no";
    dialog.showModal();
    return new Promise((answer) => {
      dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true });
    });
  }

  window.kapokAsk = ask;

  // <form data-confirm="…"> or a button in it with data-confirm: asked before it is sent.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const question = event.submitter?.dataset.confirm || form.dataset.confirm;
    if (!question || form.dataset.confirmed) return;
    event.preventDefault();
    event.stopPropagation();
    if (await ask(question)) {
      form.dataset.confirmed = "yes";
      form.requestSubmit(event.submitter);
      delete form.dataset.confirmed;
    }
  }, true);

  document.addEventListener("htmx:confirm", async (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    if (await ask(event.detail.question)) event.detail.issueRequest(true);
  });

  // A part that refreshes itself says so, and does not keep the session alive.
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt.hasAttribute("data-poll")) event.detail.headers["X-Kapok-Poll"] = "1";
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

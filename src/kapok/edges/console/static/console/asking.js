// Questions before what cannot be undone. Read before the page is: nothing is sent unasked while the other scripts are on their way.
(function () {
  function ask(question) {
    const dialog = document.getElementById("confirm");
    if (!dialog) return Promise.resolve(false);  // the page is not all there yet: pressed again it asks
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
})();

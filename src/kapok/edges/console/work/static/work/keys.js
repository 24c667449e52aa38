// One's own work by keyboard: j and k move, Enter opens, and each job's own keys do what its buttons do.
(function () {
  const desk = () => document.getElementById("desk");
  const jobs = () => [...document.querySelectorAll("[data-job]")];
  let here = null;

  function typing(target) {
    return target.closest("input, select, textarea, [contenteditable], dialog[open]");
  }

  function go(job) {
    if (!job) return;
    jobs().forEach((each) => each.classList.toggle("is-here", each === job));
    here = job.id;
    job.focus({ preventScroll: true });
    job.scrollIntoView({ block: "nearest" });
  }

  function present() {
    return document.getElementById(here) || document.activeElement?.closest?.("[data-job]");
  }

  function step(by) {
    const all = jobs();
    const place = all.indexOf(present());
    go(all[place < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(place + by, 0), all.length - 1)]);
  }

  document.addEventListener("keydown", (event) => {
    if (!desk() || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "j" || event.key === "k") { event.preventDefault(); step(event.key === "j" ? 1 : -1); return; }
    const job = present();
    if (!job) return;
    if (event.key === "Enter" && event.target === job) { job.querySelector("[data-open]")?.click(); return; }
    const control = job.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!control) return;
    event.preventDefault();
    if (control.tagName === "DETAILS") { control.open = true; control.querySelector("select, input:not([type=hidden]), textarea")?.focus(); }
    else control.click();
  });

  document.addEventListener("focusin", (event) => {
    const job = event.target.closest?.("[data-job]");
    if (job && job.id !== here) { here = job.id; jobs().forEach((each) => each.classList.toggle("is-here", each === job)); }
  });

  // Whoever is filling something in must not lose it to the next refresh.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt === desk() && (desk().querySelector("details[open]") || (document.activeElement && typing(document.activeElement)))) event.preventDefault();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target !== desk() || !here) return;
    const job = document.getElementById(here);
    if (job) go(job);
  });
})();

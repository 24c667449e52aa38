// A role belongs to one column: whoever gives it to another takes it from the first.
(function () {
  const columns = () => Array.from(document.querySelectorAll("select[data-column]"));

  document.addEventListener("change", (event) => {
    const chosen = event.target;
    if (!chosen.matches?.("select[data-column]") || !chosen.value) return;
    columns().forEach((other) => { if (other !== chosen && other.value === chosen.value) other.value = ""; });
  }, true);
})();

// Runs before the first paint, so that a dark page never flashes white.
(function () {
  const root = document.documentElement;
  const device = window.matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    const wanted = root.dataset.theme;
    const dark = wanted === "dark" || (wanted !== "light" && device.matches);
    root.dataset.bsTheme = dark ? "dark" : "light";
    document.dispatchEvent(new Event("kapok:theme"));
  }
  device.addEventListener("change", apply);
  apply();
})();

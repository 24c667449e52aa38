// Clocks that run: <… data-due="moment" data-soon="moment">, below an element with data-now, the server's moment of drawing.
(function () {
  const chinese = document.documentElement.lang.startsWith("zh");
  const words = chinese ? { day: " 天 ", late: "超 " } : { day: " d ", late: "late " };
  let ahead = 0;

  function set() {
    const stands = [...document.querySelectorAll("[data-now]")].pop();
    if (stands) ahead = Date.parse(stands.dataset.now) - Date.now();
  }

  function hand(milliseconds) {
    const seconds = Math.floor(milliseconds / 1000);
    const days = Math.floor(seconds / 86400);
    const two = (number) => String(number).padStart(2, "0");
    const rest = seconds % 86400;
    const clock = `${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`;
    return days ? `${days}${words.day}${clock}` : clock;
  }

  function tick() {
    const now = Date.now() + ahead;
    document.querySelectorAll("[data-due]").forEach((each) => {
      const left = Date.parse(each.dataset.due) - now;
      each.textContent = left < 0 ? words.late + hand(-left) : hand(left);
      each.classList.toggle("is-late", left < 0);
      each.classList.toggle("is-soon", left >= 0 && Boolean(each.dataset.soon) && Date.parse(each.dataset.soon) <= now);
    });
  }

  set();
  tick();
  setInterval(tick, 1000);
  document.addEventListener("htmx:afterSwap", () => { set(); tick(); });
})();

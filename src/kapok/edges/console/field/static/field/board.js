// Assigning on the board: drag work onto a technician, or choose both with Enter. Where things lie is said in the data, set here.
(function () {
  const board = document.getElementById("board");
  if (!board) return;
  let chosen = null, held = false;

  function place() {
    board.querySelectorAll(".lane-line[data-tracks]").forEach((line) => {
      const tracks = Number(line.dataset.tracks), loose = line.querySelector(".lane-loose");
      const height = tracks * 68;
      line.style.minHeight = `${height + (loose ? loose.offsetHeight : 0)}px`;
      if (loose && line.querySelector(".lane-job")) loose.style.top = `${height}px`;
    });
    board.querySelectorAll(".lane-job").forEach((job) => {
      Object.assign(job.style, { left: `${job.dataset.left}%`, width: `${job.dataset.width}%`, top: `${job.dataset.track * 68}px`, height: "66px" });
    });
  }

  function say(text, refused) {
    const told = document.getElementById("told");
    told.textContent = text;
    told.classList.toggle("is-refused", refused);
  }

  async function assign(chip, technician, insist) {
    const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
    const body = new URLSearchParams(insist ? { technician, insist: "yes" } : { technician });
    const answer = await fetch(chip.dataset.assign, { method: "POST", body, headers: { "X-CSRFToken": token } });
    const said = await answer.json().catch(() => ({}));
    if (said.question && !insist && await window.kapokAsk(said.question)) return assign(chip, technician, true);
    say(answer.ok ? `${chip.querySelector("a").textContent} → ${technician}` : said.refused || String(answer.status), !answer.ok);
    held = true;
    choose(null);
  }

  function refresh() {
    held = false;
    window.htmx.trigger(board, "refresh");
  }

  function choose(chip) {
    if (chosen) chosen.setAttribute("aria-pressed", "false");
    chosen = chip;
    if (chosen) chosen.setAttribute("aria-pressed", "true");
    else if (held) refresh();
  }

  const lane = (event) => event.target.closest(".lane[data-technician][tabindex]");
  const chip = (event) => event.target.closest(".chip[data-assign]");

  board.addEventListener("dragstart", (event) => {
    if (!chip(event)) return;
    choose(chip(event));
    event.dataTransfer.setData("text/plain", chosen.dataset.item);
  });
  board.addEventListener("dragover", (event) => {
    board.querySelectorAll(".is-over").forEach((each) => each.classList.remove("is-over"));
    if (!chosen || !lane(event)) return;
    event.preventDefault();
    lane(event).classList.add("is-over");
  });
  board.addEventListener("drop", (event) => {
    if (!chosen || !lane(event)) return;
    event.preventDefault();
    assign(chosen, lane(event).dataset.technician);
  });
  board.addEventListener("dragend", () => choose(null));
  board.addEventListener("keydown", (event) => {
    if (event.key === "Escape") choose(null);
    if (event.key !== "Enter" || event.target.tagName === "A") return;
    if (chip(event)) choose(chip(event) === chosen ? null : chip(event));
    else if (chosen && lane(event)) assign(chosen, lane(event).dataset.technician);
    else return;
    event.preventDefault();
  });
  // While somebody is choosing, the board stays as it is; what came meanwhile is asked for again.
  for (const news of ["htmx:beforeRequest", "htmx:beforeSwap"]) {
    board.addEventListener(news, (event) => {
      if (!chosen) return;
      held = true;
      event.preventDefault();
    });
  }
  document.addEventListener("htmx:afterSwap", place);
  window.addEventListener("resize", place);
  place();
})();

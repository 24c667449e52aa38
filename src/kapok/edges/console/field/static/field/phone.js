// The technician's day: shown from what was fetched last, done with or without a line, sent when the line is back.
(function () {
  const told = JSON.parse(document.getElementById("told").textContent);
  const words = told.words, queue = window.kapokQueue, KEPT = "kapok-field-day";
  const sheet = document.getElementById("sheet");
  let day = read(), waiting = [], line = navigator.onLine ? "online" : "offline", busy = false, again = false, vanOpen = false;

  function read() {
    try { return JSON.parse(localStorage.getItem(KEPT)) || null; } catch { return null; }
  }

  function make(tag, attributes, ...inside) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value === true) made.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
    }
    made.append(...inside.filter((each) => each !== null && each !== undefined));
    return made;
  }

  // ---- fetching and sending ----

  async function fetchDay() {
    let answer;
    try {
      answer = await fetch(told.jobs, { credentials: "same-origin", cache: "no-store" });
    } catch {
      line = "offline";
      return false;
    }
    if (answer.redirected || !answer.ok) {
      line = answer.redirected ? "signed-out" : "offline";
      return false;
    }
    line = "online";
    day = await answer.json();
    try { localStorage.setItem(KEPT, JSON.stringify({ ...day, csrf: "" })); } catch { /* the page works on, without memory */ }
    return true;
  }

  async function mine() {
    const all = await queue.all();
    return day ? all.filter((deed) => deed.who === day.who) : all;
  }

  // One at a time, in the order in which they were done; a refused one stays until the technician has seen it.
  async function exchange() {
    if (busy) { again = true; return; }
    busy = true;
    try {
      do {
        again = false;
        if (await fetchDay()) {
          const token = day.csrf;
          let sent = 0;
          for (const deed of (await mine()).filter((each) => !each.refused)) {
            show("sending");
            const end = await queue.send(told.deeds, token, deed);
            if (end.came === "sent") { await queue.drop(deed.number); sent += 1; }
            else if (end.came === "refused") await queue.keep({ ...deed, refused: end.why });
            else { line = end.came === "signed-out" ? "signed-out" : "offline"; break; }
          }
          if (sent) await fetchDay();
        }
        waiting = await mine();
      } while (again);
    } finally {
      busy = false;
      show();
    }
  }

  async function act(deed) {
    await queue.add({ ...deed, who: day.who });
    waiting = await mine();
    show();
    exchange();
  }

  // ---- showing ----

  function expected(job) {
    const left = waiting.filter((deed) => deed.item === job.item && !deed.refused);
    const state = left.reduce((_, deed) => told.after[deed.deed], job.state);
    return { ...job, state, unsent: left.length };
  }

  function show(sending) {
    document.getElementById("who").textContent = day ? day.name : "";
    const state = document.getElementById("line");
    state.className = `phone-line is-${sending ? "sending" : line}`;
    const said = sending ? words.sending : { online: words.online, offline: words.offline, "signed-out": words.signed_out }[line];
    state.replaceChildren(said, line === "signed-out" ? make("a", { href: location.pathname }, ` ${words.sign_in}`) : "");
    showUnsent();
    const work = document.getElementById("work");
    if (!day) { work.replaceChildren(); return; }
    const all = day.jobs.map(expected), open = day.open.map(expected);
    const taken = open.filter((job) => job.unsent), free = open.filter((job) => !job.unsent);
    const live = [...all, ...taken].filter((job) => deeds(job).length || told.open.includes(job.state));
    const done = all.filter((job) => !live.includes(job));
    work.replaceChildren(
      heading(words.mine, live.length), ...(live.length ? live.map(card) : [nothing()]),
      ...(free.length ? [heading(words.free, free.length), ...free.map(card)] : []),
      ...(done.length ? [heading(words.done, done.length), ...done.map(card)] : []),
      van()
    );
    document.getElementById("as-of").textContent = `${words.as_of} ${new Date(day.at).toLocaleTimeString(told.language, { hour: "2-digit", minute: "2-digit" })}`;
  }

  const heading = (text, count) => make("h2", { class: "phone-heading" }, text, make("span", { class: "phone-count" }, String(count)));
  const van = () => make("details", { class: "phone-van", open: vanOpen, ontoggle: (event) => { vanOpen = event.target.open; } }, make("summary", {}, words.van),
    day.van.length ? make("ul", {}, ...day.van.map((each) => make("li", {}, make("span", {}, each.name), make("span", {}, `${each.count} ${each.counted}`)))) : make("p", {}, words.no_van));
  const nothing = () => make("div", { class: "phone-nothing" }, make("strong", {}, words.nothing), make("p", {}, words.nothing_help));
  const deeds = (job) => told.possible[job.kind][job.state] || [];

  function showUnsent() {
    const place = document.getElementById("unsent");
    place.hidden = waiting.length === 0;
    place.replaceChildren(
      make("strong", {}, `${waiting.length} ${words.unsent}`),
      make("ul", {}, ...waiting.map((deed) => make("li", { class: deed.refused ? "is-refused" : "" },
        make("span", {}, `${told.deed_names[deed.deed]} · ${title(deed.item)}`),
        deed.refused ? make("span", { class: "phone-refused" }, `${words.refused}: ${deed.refused}`) : null,
        deed.refused ? make("button", { type: "button", class: "phone-small", onclick: () => discard(deed) }, words.discard) : null)))
    );
  }

  async function discard(deed) {
    await queue.drop(deed.number);
    waiting = await mine();
    show();
  }

  const title = (item) => ([...day.jobs, ...day.open].find((job) => job.item === item) || { title: "" }).title;

  function card(all) {
    const job = deeds(all).length || told.open.includes(all.state) ? all : { ...all, alarm: "" };
    const label = job.unsent ? make("span", { class: "phone-badge is-unsent" }, words.unsent) : null;
    return make("article", { class: `phone-card${job.alarm ? ` is-${job.alarm}` : ""}`, "data-item": job.item, "data-state": job.state },
      make("div", { class: "phone-row" },
        make("strong", { class: "phone-window" }, job.window || words.no_window),
        make("span", { class: "phone-badge" }, told.states[job.state]), label),
      make("h3", {}, job.title),
      make("p", { class: "phone-about" }, job.about),
      make("p", { class: "phone-address" }, job.address || words.no_address),
      make("p", { class: "phone-row phone-signs" },
        job.alarm ? make("span", { class: `phone-badge is-${job.alarm}` }, words[job.alarm]) : null,
        job.pressed ? make("span", { class: "phone-badge is-soon" }, `${words.pressed} ×${job.pressed}`) : null,
        job.due ? make("span", {}, `${words.due} ${job.due}`) : null),
      job.why ? make("details", {}, make("summary", {}, words.why), job.why) : null,
      make("div", { class: "phone-deeds" }, ...deeds(job).map((deed, number) =>
        make("button", { type: "button", class: `phone-deed${number === 0 || deed === "reply" ? " is-first" : ""}`, "data-deed": deed, onclick: () => press(job, deed) },
          told.deed_names[deed]))));
  }

  function press(job, deed) {
    if (deed === "hold") return ask(job, deed, told.holds.map((each) => [each.code, each.name]));
    if (deed === "send_back") return ask(job, deed, Object.entries(told.returns));
    if (deed === "reply") return reply(job);
    return act({ item: job.item, deed });
  }

  // ---- sheets ----

  const beside = (name, more) => told.language === "en" ? `${name} (${more})` : `${name}（${more}）`;

  function raise(name, job, parts, done) {
    const form = make("form", { method: "dialog", class: "phone-form" },
      make("h2", {}, `${name} · ${job.title}`), ...parts,
      make("div", { class: "phone-deeds" },
        make("button", { type: "submit", class: "phone-deed is-first" }, words.send),
        make("button", { type: "button", class: "phone-deed", onclick: () => sheet.close() }, words.cancel)));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const made = await done(new FormData(form));
      sheet.close();
      act(made);
    });
    sheet.replaceChildren(form);
    sheet.showModal();
  }

  const labelled = (text, input) => make("label", { class: "phone-label" }, make("span", {}, text), input);

  function ask(job, deed, reasons) {
    const select = make("select", { name: "reason", required: true }, ...reasons.map(([code, name]) => make("option", { value: code }, name)));
    const note = make("textarea", { name: "note", rows: 2, maxlength: 500 });
    const proof = make("textarea", { name: "evidence", rows: 2, maxlength: 500 });
    const proving = labelled(words.evidence_customer, proof);
    function fit() {
      const customer = deed === "hold" && told.holds.some((each) => each.code === select.value && each.customer);
      proving.hidden = !customer;
      proof.required = customer;
      note.required = deed === "hold" && select.value === "other";
    }
    select.addEventListener("change", fit);
    fit();
    raise(told.deed_names[deed], job, [labelled(words.reason, select), labelled(words.note, note), proving], (given) => {
      const said = { reason: given.get("reason"), note: given.get("note") };
      if (deed === "hold") said.evidence = given.get("evidence") || "";
      return { item: job.item, deed, said };
    });
  }

  function reply(job) {
    if (job.kind === "appointment") return act({ item: job.item, deed: "reply" });
    const photos = [], pen = signing();
    const shown = make("div", { class: "phone-photos" });
    const file = make("input", { type: "file", accept: "image/*", multiple: true, capture: "environment", name: "camera", class: "phone-file" });
    file.addEventListener("change", async () => {
      for (const each of file.files) {
        const small = await smaller(each);
        photos.push(small.blob);
        shown.append(make("img", { src: small.address, alt: "", width: 72, height: 72 }));
      }
      file.value = "";
    });
    const parts = [
      make("fieldset", {}, make("legend", {}, words.photos), labelled(words.take_photo, file), shown),
      make("fieldset", {}, make("legend", {}, words.tests), ...told.tests.map((test) => labelled(beside(test.name, test.unit),
        make("input", { type: "number", step: "any", min: test.least, max: test.most, name: `test-${test.code}`, inputmode: "text" })))),
      make("fieldset", {}, make("legend", {}, words.materials), ...(day.van.length ? using() : [words.no_van])),
      make("fieldset", {}, make("legend", {}, words.signature), pen.canvas, make("button", { type: "button", class: "phone-small", onclick: pen.clear }, words.clear)),
      job.evidence.length ? make("fieldset", {}, make("legend", {}, words.evidence), ...job.evidence.map((each, number) => labelled(each, make("input", { name: `evidence-${number}`, maxlength: 500 })))) : null,
      labelled(words.note, make("textarea", { name: "note", rows: 2, maxlength: 500 })),
    ].filter(Boolean);
    raise(told.deed_names.reply, job, parts, async (given) => {
      const tests = {}, materials = {};
      for (const [name, value] of given.entries()) {
        if (name.startsWith("test-") && value !== "") tests[name.slice(5)] = value;
        if (name.startsWith("use-") && Number(value) > 0) materials[name.slice(4)] = Number(value);
      }
      const evidence = job.evidence.map((_, number) => given.get(`evidence-${number}`) || "");
      return { item: job.item, deed: "reply", said: { tests, materials, evidence, note: given.get("note") }, photos, signature: await pen.blob() };
    });
  }

  // Materials are picked from what lies in the van, each once, never more than is there.
  function using() {
    const lines = make("div", {});
    const pick = make("select", {}, make("option", { value: "" }, "–"),
      ...day.van.map((each) => make("option", { value: each.code }, beside(each.name, `${words.left} ${each.count} ${each.counted}`))));
    pick.addEventListener("change", () => {
      const chosen = day.van.find((each) => each.code === pick.value);
      if (!chosen) return;
      const option = [...pick.options].find((each) => each.value === chosen.code);
      const count = make("input", { type: "number", min: 1, max: chosen.count, step: 1, value: 1, required: true, name: `use-${chosen.code}`, inputmode: "numeric" });
      const row = make("div", { class: "phone-row phone-used" }, labelled(beside(chosen.name, `${words.left} ${chosen.count} ${chosen.counted}`), count),
        make("button", { type: "button", class: "phone-small", onclick: () => { row.remove(); option.disabled = false; } }, words.remove));
      lines.append(row);
      option.disabled = true;
      pick.value = "";
      count.select();
    });
    return [lines, labelled(words.pick_material, pick)];
  }

  // A photo no larger than is needed, upright, without what the camera wrote beside it.
  async function smaller(file) {
    const picture = await createImageBitmap(file);
    const share = Math.min(1, 1600 / Math.max(picture.width, picture.height));
    const canvas = make("canvas", { width: Math.round(picture.width * share), height: Math.round(picture.height * share) });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((good) => canvas.toBlob(good, "image/jpeg", 0.85));
    const sign = make("canvas", { width: 72, height: 72 });
    sign.getContext("2d").drawImage(picture, 0, 0, 72, 72);
    return { blob, address: sign.toDataURL("image/jpeg", 0.7) };
  }

  function signing() {
    const canvas = make("canvas", { class: "phone-signature", width: 640, height: 240, role: "img", "aria-label": words.signature });
    const pen = canvas.getContext("2d");
    let drawing = false, drawn = false;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
    };
    canvas.addEventListener("pointerdown", (event) => { drawing = true; pen.beginPath(); pen.moveTo(...at(event)); canvas.setPointerCapture(event.pointerId); });
    canvas.addEventListener("pointermove", (event) => {
      if (!drawing) return;
      pen.lineWidth = 4; pen.lineCap = "round"; pen.strokeStyle = "#111";
      pen.lineTo(...at(event)); pen.stroke(); drawn = true;
    });
    canvas.addEventListener("pointerup", () => { drawing = false; });
    const clear = () => { pen.clearRect(0, 0, canvas.width, canvas.height); drawn = false; };
    return { canvas, clear, blob: () => drawn ? new Promise((good) => canvas.toBlob(good, "image/png")) : Promise.resolve(null) };
  }

  // ---- beginning ----

  if ("serviceWorker" in navigator) navigator.serviceWorker.register(told.worker, { scope: location.pathname }).catch(() => {});
  window.addEventListener("online", exchange);
  window.addEventListener("offline", () => { line = "offline"; show(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) exchange(); });
  setInterval(exchange, 30000);
  mine().then((found) => { waiting = found; show(); exchange(); });
})();

// The technician's day: shown from what was fetched last, done with or without a line, sent when the line is back.
(function () {
  const told = JSON.parse(document.getElementById("told").textContent);
  const words = told.words, queue = window.kapokQueue, OURS = "kapok-field-", KEPT = `${OURS}day/${told.who}`, WINDOWS = `${OURS}windows/${told.who}`, FRESH = 300000;
  const opened = new Set(), numbers = new Map(), logins = new Map();
  let day = read(KEPT), free = read(WINDOWS), waiting = [], line = navigator.onLine ? "online" : "offline", busy = false, again = false;

  // What was kept for somebody else is theirs: whoever signs in finds nothing of it.
  for (const name of Object.keys(localStorage)) if (name.startsWith(OURS) && name !== KEPT && name !== WINDOWS) localStorage.removeItem(name);

  function read(name) {
    try { return JSON.parse(localStorage.getItem(name)) || null; } catch { return null; }
  }

  function remember(name, value) {
    try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* the page works on, without memory */ }
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
    const said = await answer.json();
    if (said.who !== told.who) { location.reload(); return false; } // somebody else has signed in meanwhile
    line = "online";
    day = said;
    remember(KEPT, { ...day, csrf: "" });
    for (const seen of [numbers, logins]) {
      for (const item of [...seen.keys()]) if (!held(day.jobs.find((job) => job.item === item))) seen.delete(item);
    }
    await fetchWindows();
    return true;
  }

  const held = (job) => Boolean(job) && !job.helps && told.in_hand.includes(job.state);

  // The windows with room, for what is to be done: asked again when they are old, or something new has come.
  async function fetchWindows() {
    const mine = day.jobs.filter((job) => held(job) || (!job.helps && told.open.includes(job.state)));
    if (free && Date.now() - free.at < FRESH && mine.every((job) => job.item in free.windows)) return;
    if (!mine.length) return;
    try {
      const answer = await fetch(told.windows, { credentials: "same-origin", cache: "no-store" });
      if (!answer.ok || answer.redirected) return;
      free = { windows: (await answer.json()).windows, at: Date.now() };
      remember(WINDOWS, free);
    } catch { /* those that are known stay */ }
  }

  // Who holds the work sees the customer's numbers and the logins of the lines, once asked for; they stay in this page alone.
  async function look(job, asked, seen) {
    let found = { refused: words.no_line };
    try {
      const address = asked.replace("00000000-0000-0000-0000-000000000000", job.item);
      const answer = await fetch(address, { method: "POST", headers: { "X-CSRFToken": day.csrf }, credentials: "same-origin" });
      found = await answer.json().catch(() => ({ refused: words.refused_other }));
    } catch { /* no line */ }
    seen.set(job.item, found);
    show();
    if (found.refused === words.no_line) seen.delete(job.item);
  }

  async function mine() {
    const all = await queue.all();
    return all.filter((deed) => deed.who === told.who);
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
            else if (end.came === "refused") {
              await queue.keep({ ...deed, refused: end.why || words[`refused_${end.status}`] || words.refused_other });
              if (free) free.at = 0;
            }
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

  // One that was refused and is mended goes out of the way of what replaces it.
  async function act(deed, refused) {
    await queue.add({ ...deed, who: told.who });
    if (refused) await queue.drop(refused.number);
    waiting = await mine();
    show();
    exchange();
  }

  // ---- showing ----

  function expected(job) {
    const left = waiting.filter((deed) => deed.item === job.item && !deed.refused);
    return { ...left.reduce(done, job), gone: left.some((deed) => deed.deed === "pass_on"), unsent: left.length };
  }

  // What a deed makes of a job, as the other side will have it: its state, its window, and where it goes on when it is held.
  function done(job, { deed, shown }) {
    const { accept, appoint, hold } = told.after, aside = told.puts_off.includes(deed), held = job.state === hold;
    const window = aside ? "" : shown || job.window, ends = aside || shown ? "" : job.ends;
    const agreed = window && !(ends && new Date(ends) <= new Date()) ? appoint : accept;
    const back = { [deed]: aside ? accept : job.held_from, accept: agreed, rebook: appoint, hold: job.state }[deed];
    const stays = deed === "accept" ? job.rest : deed === "rebook" && held;
    const state = stays ? hold : { accept: agreed, lift_hold: back || accept }[deed] || told.after[deed];
    return { ...job, window, ends, state, held_from: state === hold ? back : "" };
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
    const taken = open.filter((job) => job.unsent), others = open.filter((job) => !job.unsent);
    const live = [...all, ...taken].filter((job) => job.helps || deeds(job).length || told.open.includes(job.state));
    const done = all.filter((job) => !live.includes(job));
    work.replaceChildren(
      heading(words.mine, live.length), ...(live.length ? live.map(card) : [nothing()]),
      ...(others.length ? [heading(words.free, others.length), ...others.map(card)] : []),
      ...(done.length ? [heading(words.done, done.length), ...done.map(card)] : []),
      van()
    );
    document.getElementById("as-of").textContent = `${words.as_of} ${new Date(day.at).toLocaleTimeString(told.language, { hour: "2-digit", minute: "2-digit" })}`;
  }

  const heading = (text, count) => make("h2", { class: "phone-heading" }, text, make("span", { class: "phone-count" }, String(count)));
  // What is folded out stays so when the page is drawn anew.
  const folded = (key, attributes, ...inside) => make("details", { ...attributes, open: opened.has(key),
    ontoggle: (event) => { if (event.target.open) opened.add(key); else opened.delete(key); } }, ...inside);
  const van = () => folded("van", { class: "phone-van" }, make("summary", {}, words.van),
    day.van.length ? make("ul", {}, ...day.van.map((each) => make("li", {}, make("span", {}, each.name), make("span", {}, `${each.count} ${each.counted}`)))) : make("p", {}, words.no_van));
  const nothing = () => make("div", { class: "phone-nothing" }, make("strong", {}, words.nothing), make("p", {}, words.nothing_help));
  const deeds = (job) => job.gone || job.helps ? [] : (told.possible[job.kind][job.state] || []).filter((deed) => job.puts_off || !told.puts_off.includes(deed));

  function showUnsent() {
    const place = document.getElementById("unsent");
    place.hidden = waiting.length === 0;
    place.replaceChildren(
      make("strong", {}, `${waiting.length} ${words.unsent}`),
      make("ul", {}, ...waiting.map((deed) => make("li", { class: deed.refused ? "is-refused" : "" },
        make("span", {}, `${told.deed_names[deed.deed]} · ${(find(deed.item) || { title: "" }).title}`),
        deed.refused ? make("span", { class: "phone-refused" }, `${words.refused}: ${deed.refused}`) : null,
        ...(deed.refused ? after(deed) : []))))
    );
  }

  async function discard(deed) {
    await queue.drop(deed.number);
    waiting = await mine();
    show();
  }

  const find = (item) => day ? [...day.jobs, ...day.open].find((job) => job.item === item) : undefined;

  // What one can do with what was refused: mend it with all that was entered, send it again as it is, or let it go.
  function after(deed) {
    const job = find(deed.item), button = (name, onclick) => make("button", { type: "button", class: "phone-small", onclick }, name);
    const mended = job && sheets.asks(job, deed.deed);
    return [
      mended ? button(words.mend, () => sheets.open(job, deed.deed, known(job), deed)) : null,
      job && !mended ? button(words.again, () => act({ item: deed.item, deed: deed.deed, said: deed.said }, deed)) : null,
      button(words.discard, () => discard(deed)),
    ].filter(Boolean);
  }

  const known = (job) => ({
    van: day.van, windows: free ? free.windows[job.item] : undefined, colleagues: (day.colleagues || {})[job.unit] || [],
  });

  function card(all) {
    // What is due next is told by the other side: of what was done here since, nothing is known yet.
    const job = !all.unsent && (all.helps || deeds(all).length || told.open.includes(all.state)) ? all : { ...all, alarm: "", due: "" };
    const label = job.unsent ? make("span", { class: "phone-badge is-unsent" }, words.unsent) : null;
    return make("article", { class: `phone-card${job.alarm ? ` is-${job.alarm}` : ""}`, "data-item": job.item, "data-state": job.state },
      make("div", { class: "phone-row" },
        make("strong", { class: "phone-window" }, job.window || words.no_window),
        make("span", { class: "phone-badge" }, told.states[job.state]), label),
      make("h3", {}, job.title),
      make("p", { class: "phone-about" }, job.about),
      job.helps ? make("p", {}, make("span", { class: "phone-badge is-soon" }, `${words.helps} ${job.helps}`)) : null,
      make("p", { class: "phone-address" }, job.address || words.no_address),
      job.rest ? make("p", { class: "phone-rest" }, make("span", { class: "phone-badge is-soon" }, job.rest)) : null,
      make("p", { class: "phone-row phone-signs" },
        job.alarm ? make("span", { class: `phone-badge is-${job.alarm}` }, job.alarm_name) : null,
        job.pressed ? make("span", { class: "phone-badge is-soon" }, `${words.pressed} ×${job.pressed}`) : null,
        job.due ? make("span", {}, `${job.due_name} ${job.due}`) : null),
      job.why ? folded(`why ${job.item}`, {}, make("summary", {}, words.why), job.why) : null,
      held(all) && job.puts_off ? calling(job) : null,
      held(all) && job.puts_off ? access(job) : null,
      buttons(job));
  }

  function buttons(job) {
    const all = deeds(job), aside = all.filter((deed) => told.aside.includes(deed)), first = all.filter((deed) => !aside.includes(deed)), main = first.includes("reply") ? "reply" : first[0];
    const shown = (some) => make("div", { class: "phone-deeds" }, ...some.map((deed) =>
      make("button", { type: "button", class: `phone-deed${deed === main ? " is-first" : ""}`, "data-deed": deed, onclick: () => press(job, deed) }, told.deed_names[deed])));
    return make("div", {}, shown(first), aside.length ? folded(`more ${job.item}`, { class: "phone-more" }, make("summary", {}, words.more), shown(aside)) : null);
  }

  function calling(job) {
    const known = numbers.get(job.item);
    if (!known) return make("button", { type: "button", class: "phone-small phone-call", onclick: () => look(job, told.contact, numbers) }, words.call);
    if (known.refused) return make("p", { class: "phone-refused" }, known.refused);
    return make("p", { class: "phone-row" }, ...known.numbers.map((each) =>
      make("a", { class: "phone-small phone-call", href: `tel:${each.number.replace(/[^+0-9]/g, "")}` }, `${words.dial} ${each.number} · ${each.role}`)));
  }

  function access(job) {
    const known = logins.get(job.item);
    if (!known) return make("button", { type: "button", class: "phone-small phone-access", onclick: () => look(job, told.access, logins) }, words.access);
    if (known.refused) return make("p", { class: "phone-refused" }, known.refused);
    const rows = (each) => [[words.login, each.login], [words.secret, each.secret], [words.realm, each.realm]].filter(([, value]) => value);
    return make("div", { class: "phone-logins" }, ...known.logins.map((each) => make("dl", { class: "facts" },
      ...rows(each).flatMap(([name, value]) => [make("dt", {}, name), make("dd", { class: "tabular" }, value)]))));
  }

  const sheets = window.kapokSheets(told, make, act);

  function press(job, deed) {
    return sheets.asks(job, deed) ? sheets.open(job, deed, known(job)) : act({ item: job.item, deed });
  }

  // ---- beginning ----

  if ("serviceWorker" in navigator) navigator.serviceWorker.register(told.worker, { scope: location.pathname }).catch(() => {});
  window.addEventListener("online", exchange);
  window.addEventListener("offline", () => { line = "offline"; show(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) exchange(); });
  setInterval(exchange, 30000);
  mine().then((found) => { waiting = found; show(); exchange(); });
})();

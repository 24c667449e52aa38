// What a deed asks for before it is kept and sent: one sheet for each. One that was refused is opened again as it was filled in.
window.kapokSheets = function (told, make, act) {
  const words = told.words, sheet = document.getElementById("sheet");
  const beside = (name, more) => told.language === "en" ? `${name} (${more})` : `${name}（${more}）`;
  const labelled = (text, input) => make("label", { class: "phone-label" }, make("span", {}, text), input);
  const said = (kept, name) => (kept && kept.said && kept.said[name]) || "";

  function raise(name, job, parts, done, kept) {
    const send = done ? make("button", { type: "submit", class: "phone-deed is-first" }, words.send) : null;
    const form = make("form", { method: "dialog", class: "phone-form" },
      make("h2", {}, `${name} · ${job.title}`), kept ? make("p", { class: "phone-refused" }, kept.refused) : null, ...parts,
      make("div", { class: "phone-deeds" }, send, make("button", { type: "button", class: "phone-deed", onclick: () => sheet.close() }, words.cancel)));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const made = done && await done(new FormData(form));
      if (!made) return;
      sheet.close();
      act(made, kept);
    });
    sheet.replaceChildren(form);
    sheet.showModal();
  }

  // ---- the fields of the small sheets ----

  function choose(name, choices, kept) {
    const select = make("select", { name, required: true }, ...choices.map(([code, shown]) => make("option", { value: code }, shown)));
    if (choices.some(([code]) => code === said(kept, name))) select.value = said(kept, name);
    return select;
  }

  function write(name, kept, required) {
    const box = make("textarea", { name, rows: 2, maxlength: 500, required });
    box.value = said(kept, name);
    return box;
  }

  // By our clock, whatever zone the phone is in.
  const tomorrow = () => new Intl.DateTimeFormat("en-CA", { timeZone: told.zone, dateStyle: "short" }).format(new Date(Date.now() + 86400000));
  const day = (name, kept, required) => make("input", { type: "date", name, required, min: tomorrow(), value: said(kept, name) || (required ? tomorrow() : "") });

  function held(job, kept) {
    const select = choose("reason", told.holds.map((each) => [each.code, each.name]), kept);
    const note = write("note", kept), proof = write("evidence", kept), proving = labelled(words.evidence_customer, proof);
    function fit() {
      const customer = told.holds.some((each) => each.code === select.value && each.customer);
      proving.hidden = !customer;
      proof.required = customer;
      note.required = select.value === "other";
    }
    select.addEventListener("change", fit);
    fit();
    return [labelled(words.reason, select), labelled(words.note, note), proving];
  }

  function window_(kept, free) {
    if (free === undefined) return [make("p", {}, words.no_windows)];
    if (free === null) return [make("p", {}, words.no_place)];
    if (!free.length) return [make("p", {}, words.no_room)];
    return [labelled(words.window, choose("window", free.map((each) => [each.value, each.name]), kept))];
  }

  const SMALL = {
    hold: held,
    send_back: (job, kept) => [labelled(words.reason, choose("reason", Object.entries(told.returns), kept)), labelled(words.note, write("note", kept))],
    appoint: (job, kept, known) => window_(kept, known.windows),
    rebook: (job, kept, known) => [...window_(kept, known.windows), labelled(words.reason, choose("reason", Object.entries(told.rebooks), kept))],
    pass_on: (job, kept, known) => known.colleagues.length
      ? [labelled(words.colleague, choose("to", known.colleagues, kept)), labelled(words.reason, write("reason", kept, true))]
      : [make("p", {}, words.no_colleague)],
    defer: (job, kept) => [labelled(words.until, day("until", kept, true)), labelled(words.reason, write("note", kept, true)), labelled(words.evidence_customer, write("evidence", kept, true))],
    wait: (job, kept) => [...((job.lacks || []).length ? [labelled(words.lacking, choose("code", [["", "—"], ...job.lacks], kept))] : []), labelled(words.found, write("note", kept, true)), labelled(words.expected, day("expected_at", kept, false))],
  };
  const NEEDS = { appoint: "window", rebook: "window", pass_on: "to" };

  const asks = (job, deed) => deed === "reply" ? job.kind === "visit" : deed in SMALL;

  function open(job, deed, known, kept) {
    if (deed === "reply") return reply(job, known.van, kept);
    const parts = SMALL[deed](job, kept, known);
    const can = !NEEDS[deed] || parts.some((part) => part.querySelector(`[name=${NEEDS[deed]}]`));
    raise(told.deed_names[deed], job, parts, can && ((given) => {
      const chosen = (known.windows || []).find((each) => each.value === given.get("window"));
      return { item: job.item, deed, said: Object.fromEntries(given.entries()), shown: chosen ? chosen.window : "" };
    }), kept);
  }

  // ---- the reply ----

  function reply(job, van, kept) {
    const before = (kept && kept.said) || {}, photos = taking(kept ? kept.photos : []), pen = signing(kept && kept.signature);
    const needs = (proof) => proof ? job.evidence.filter((_, number) => job.proofs[number] === proof) : [];
    const part = (proof, name, ...inside) => make("fieldset", { "data-proof": proof },
      make("legend", {}, name, ...needs(proof).map((each) => make("span", { class: "phone-needed" }, `${words.needed}: ${each}`))), ...inside);
    const missing = make("p", { class: "phone-missing", role: "alert" });
    const why = write("despite", kept), failing = new Set();
    const despite = make("div", { hidden: true }, make("p", { class: "phone-missing" }, words.fails), labelled(words.despite, why));
    // What fails is handed in with a reason only.
    function weigh(test, grade) {
      if (grade === "fail") failing.add(test.code); else failing.delete(test.code);
      despite.hidden = !failing.size;
      why.required = Boolean(failing.size);
    }
    const parts = [
      part("photo", words.photos, ...photos.parts),
      part("test", words.tests, ...told.tests.map((test) => measuring(job, test, (before.tests || {})[test.code], weigh)), despite),
      part(null, words.materials, ...(van.length ? using(van, before.materials || {}) : [words.no_van])),
      part("signature", words.signature, pen.canvas, make("button", { type: "button", class: "phone-small", onclick: pen.clear }, words.clear)),
      job.evidence.length ? make("fieldset", {}, make("legend", {}, words.evidence), ...job.evidence.map((each, number) => proving(each, job.proofs[number], number, (before.evidence || [])[number]))) : null,
      labelled(words.note, write("note", kept)),
      missing,
    ].filter(Boolean);
    raise(told.deed_names.reply, job, parts, async (given) => {
      const tests = {}, materials = {};
      for (const [name, value] of given.entries()) {
        if (name.startsWith("test-") && value !== "") tests[name.slice(5)] = value;
        if (name.startsWith("use-") && Number(value) > 0) materials[name.slice(4)] = Number(value);
      }
      const evidence = job.evidence.map((_, number) => given.get(`evidence-${number}`) || "");
      const made = { item: job.item, deed: "reply", said: { tests, materials, evidence, note: given.get("note"), despite: failing.size ? given.get("despite") : "" }, photos: await photos.blobs(), signature: await pen.blob() };
      const shown = { photo: made.photos.length, test: Object.keys(tests).length, signature: made.signature };
      const lacks = job.evidence.map((_, number) => !evidence[number].trim() && !shown[job.proofs[number]]);
      parts.forEach((each) => each.classList.toggle("is-missing", lacks.some((lack, number) => lack && each.dataset.proof === job.proofs[number])));
      if (!lacks.includes(true)) return made;
      missing.textContent = `${words.missing}: ${job.evidence.filter((_, number) => lacks[number]).join(", ")}`;
      missing.scrollIntoView({ block: "center" });
      return null;
    }, kept);
  }

  // A reading, and at once how good it is and what to do about it; of a rate by what was ordered.
  function measuring(job, test, value, weigh) {
    const said = make("p", { class: "phone-grade", role: "status" });
    const input = make("input", { type: "number", step: "any", min: test.least, max: test.most, name: `test-${test.code}`, inputmode: "text", value });
    function judge() {
      const ordered = (job.ordered || {})[test.code];
      const share = input.value === "" || (test.by_order && !ordered) ? NaN : test.by_order ? input.value * 100 / ordered : Number(input.value);
      const band = test.bands.find((each) => (each.least === null || Number(each.least) <= share) && (each.most === null || share <= Number(each.most)) && !Number.isNaN(share));
      said.className = `phone-grade${band ? ` is-${band.grade}` : ""}`;
      said.textContent = band ? [told.grades[band.grade], band.remedy].filter(Boolean).join(told.language === "en" ? ": " : "：") : "";
      weigh(test, band ? band.grade : "");
    }
    input.addEventListener("input", judge);
    judge();
    const ordered = test.by_order && (job.ordered || {})[test.code];
    return make("div", {}, labelled(beside(test.name, ordered ? `${words.ordered} ${ordered} ${test.unit}` : test.unit), input), said);
  }

  function proving(name, proof, number, value) {
    const input = make("input", { name: `evidence-${number}`, maxlength: 500, value, required: !proof });
    return labelled(proof ? beside(name, words[`or_${proof}`]) : beside(name, words.needed), input);
  }

  // Materials are picked from what lies in the van, each once, never more than is there.
  function using(van, before) {
    const lines = make("div", {});
    const pick = make("select", {}, make("option", { value: "" }, "–"),
      ...van.map((each) => make("option", { value: each.code }, beside(each.name, `${words.left} ${each.count} ${each.counted}`))));
    function add(code, value) {
      const chosen = van.find((each) => each.code === code);
      if (!chosen) return null;
      const option = [...pick.options].find((each) => each.value === chosen.code);
      const count = make("input", { type: "number", min: 1, max: chosen.count, step: 1, value, required: true, name: `use-${chosen.code}`, inputmode: "numeric" });
      const row = make("div", { class: "phone-row phone-used" }, labelled(beside(chosen.name, `${words.left} ${chosen.count} ${chosen.counted}`), count),
        make("button", { type: "button", class: "phone-small", onclick: () => { row.remove(); option.disabled = false; } }, words.remove));
      lines.append(row);
      option.disabled = true;
      pick.value = "";
      return count;
    }
    pick.addEventListener("change", () => { const count = add(pick.value, 1); if (count) count.select(); });
    for (const [code, count] of Object.entries(before)) add(code, count);
    return [lines, labelled(words.pick_material, pick)];
  }

  // ---- pictures ----

  function taking(before) {
    const kept = new Map(), shown = make("div", { class: "phone-photos" }), bad = make("p", { class: "phone-missing", role: "alert" });
    const file = make("input", { type: "file", accept: "image/*", multiple: true, capture: "environment", name: "camera", class: "phone-file" });
    function count() {
      bad.textContent = kept.size > told.most_photos ? words.too_many.replace("{most}", told.most_photos) : "";
    }
    async function add(picture, ready) {
      const small = await smaller(picture);
      const button = make("button", { type: "button", class: "phone-photo", "aria-label": words.remove, onclick: () => { kept.delete(button); button.remove(); count(); } },
        make("img", { src: small.address, alt: "", width: 72, height: 72 }));
      kept.set(button, ready ? picture : small.blob);
      shown.append(button);
      count();
    }
    async function read(pictures, ready) {
      const failed = [];
      for (const each of pictures) {
        try { await add(each, ready); } catch { failed.push(each.name || "–"); }
      }
      if (failed.length) bad.textContent = words.bad_photo.replace("{names}", failed.join(", "));
    }
    file.addEventListener("change", async () => {
      await read([...file.files], false);
      file.value = "";
    });
    const ready = read([...(before || [])], true);
    return { parts: [labelled(words.take_photo, file), shown, bad], blobs: async () => { await ready; return [...kept.values()]; } };
  }

  // A photo no larger than is needed, upright, without what the camera wrote beside it. Raises where it is none that can be read.
  async function smaller(file) {
    const picture = await createImageBitmap(file);
    const share = Math.min(1, 1600 / Math.max(picture.width, picture.height));
    const canvas = make("canvas", { width: Math.max(1, Math.round(picture.width * share)), height: Math.max(1, Math.round(picture.height * share)) });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((good, bad) => canvas.toBlob((made) => made ? good(made) : bad(new Error("no picture")), "image/jpeg", 0.85));
    const sign = make("canvas", { width: 72, height: 72 });
    sign.getContext("2d").drawImage(picture, 0, 0, 72, 72);
    return { blob, address: sign.toDataURL("image/jpeg", 0.7) };
  }

  function signing(before) {
    const canvas = make("canvas", { class: "phone-signature", width: 640, height: 240, role: "img", "aria-label": words.signature });
    const pen = canvas.getContext("2d");
    let drawing = false, drawn = Boolean(before);
    const ready = before ? createImageBitmap(before).then((picture) => pen.drawImage(picture, 0, 0)).catch(() => { drawn = false; }) : null;
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
    return { canvas, clear, blob: async () => { await ready; return drawn ? new Promise((good) => canvas.toBlob(good, "image/png")) : null; } };
  }

  return { asks, open };
};

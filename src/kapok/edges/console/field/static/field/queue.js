// What was done on this phone and is not sent yet: kept in the browser's own database, sent in order, each under a key of its own.
window.kapokQueue = (function () {
  const NAME = "kapok-field", STORE = "deeds", LATER = new Set([408, 425, 429]);

  function open() {
    return new Promise((good, bad) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "number", autoIncrement: true });
      asked.onsuccess = () => good(asked.result);
      asked.onerror = () => bad(asked.error);
    });
  }

  async function within(mode, work) {
    const base = await open();
    try {
      return await new Promise((good, bad) => {
        const pass = base.transaction(STORE, mode);
        const asked = work(pass.objectStore(STORE));
        pass.oncomplete = () => good(asked.result);
        pass.onerror = pass.onabort = () => bad(pass.error);
      });
    } finally {
      base.close();
    }
  }

  function key() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  const all = () => within("readonly", (store) => store.getAll());
  const add = (deed) => within("readwrite", (store) => store.add({ ...deed, key: key(), pressed_at: new Date().toISOString() }));
  const drop = (number) => within("readwrite", (store) => store.delete(number));
  const keep = (deed) => within("readwrite", (store) => store.put(deed));

  function parcel(deed) {
    const form = new FormData();
    const told = { key: deed.key, item: deed.item, deed: deed.deed, pressed_at: deed.pressed_at, said: deed.said || {} };
    form.append("told", JSON.stringify(told));
    (deed.photos || []).forEach((photo, number) => form.append("photos", photo, `photo-${number + 1}.jpg`));
    if (deed.signature) form.append("signature", deed.signature, "signature.png");
    return form;
  }

  // "sent", "refused" (with why, or by what status), "signed-out", or "lost": no line, or a fault of ours; then it is tried again later.
  async function send(address, token, deed) {
    let answer;
    try {
      answer = await fetch(address, { method: "POST", body: parcel(deed), headers: { "X-CSRFToken": token }, credentials: "same-origin" });
    } catch {
      return { came: "lost" };
    }
    if (answer.redirected) return { came: "signed-out" };
    if (answer.ok) return { came: "sent" };
    if (answer.status >= 500 || LATER.has(answer.status)) return { came: "lost" };
    const said = await answer.json().catch(() => ({}));
    return { came: "refused", why: said.refused, status: answer.status };
  }

  return { all, add, drop, keep, send };
})();

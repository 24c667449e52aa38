// Keeps the technician's page and its files on the phone, so that it opens without a line. Work and what is to be sent, the page keeps.
const KEPT = "kapok-field-4";
const NAMES = {{ names|safe }};

async function keep(cache, name) {
  const answer = await fetch(name, { credentials: "same-origin" });
  if (answer.ok && !answer.redirected) await cache.put(name, answer);
}

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => Promise.all(NAMES.map((name) => keep(cache, name)))).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((all) => Promise.all(all.filter((name) => name.startsWith("kapok-field-") && name !== KEPT).map((name) => caches.delete(name))))
      .then(() => self.clients.claim())
  );
});

// From the line where there is one; from the phone where there is none.
self.addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.method !== "GET" || !NAMES.includes(path)) return;
  event.respondWith((async () => {
    const cache = await caches.open(KEPT);
    try {
      const answer = await fetch(event.request);
      if (answer.ok && !answer.redirected) await cache.put(path, answer.clone());
      return answer;
    } catch (lost) {
      const kept = await cache.match(path);
      if (kept) return kept;
      throw lost;
    }
  })());
});

// Nobody is signed in: what the technician's phone kept of the work, and the page that it opens without a line, are forgotten.
// What is not sent yet stays, for whoever did it: it holds no customer's data but what they wrote, and is lost otherwise.
(function () {
  const OURS = "kapok-field-";
  for (const name of Object.keys(localStorage)) if (name.startsWith(OURS)) localStorage.removeItem(name);
  if ("caches" in window) caches.keys().then((all) => all.filter((name) => name.startsWith(OURS)).forEach((name) => caches.delete(name)));
})();

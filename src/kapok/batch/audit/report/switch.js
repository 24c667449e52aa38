"use strict";
(() => {
  const root = document.documentElement;
  const named = () => (location.hash.match(/^#(zh|en)(-|$)/) || [])[1];
  const preferred = (navigator.language || "").toLowerCase().startsWith("zh") ? "zh" : "en";
  const show = (language) => {
    const part = document.getElementById(language);
    root.dataset.language = language;
    root.lang = part.lang;
    document.title = part.dataset.title;
    for (const link of document.querySelectorAll("[data-language]")) {
      if (link !== root) link.toggleAttribute("aria-current", link.dataset.language === language);
    }
  };
  addEventListener("hashchange", () => show(named() || root.dataset.language));
  show(named() || preferred);
  if (location.hash.length > 3) document.getElementById(location.hash.slice(1))?.scrollIntoView();
})();

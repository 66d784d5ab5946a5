"use strict";
// The theme that was chosen, before anything is drawn. Without a choice the system's is taken.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try { chosen = localStorage.getItem("cbench-theme"); } catch { /* a page from a file may have no store */ }
  if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
  const isDark = () => (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
  const tell = () => {
    const button = document.querySelector("#theme");
    if (button) button.textContent = isDark() ? "Light" : "Dark";
  };
  const change = () => { tell(); dispatchEvent(new Event("themed")); };
  addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("#theme");
    button.hidden = false;
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      try { localStorage.setItem("cbench-theme", root.dataset.theme); } catch { /* it holds for this visit */ }
      change();
    });
    tell();
  });
  dark.addEventListener("change", change);
})();

// Dark or light: as the system says, until the reader says otherwise.
"use strict";

(() => {
  const root = document.documentElement, button = document.getElementById("theme");
  const system = () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const stored = () => { try { return localStorage.getItem("nanotrode-theme"); } catch { return null; } };
  const store = (theme) => { try { localStorage.setItem("nanotrode-theme", theme); } catch { /* private mode */ } };
  const show = (theme) => {
    root.style.colorScheme = theme;
    button.setAttribute("aria-label", theme === "dark" ? "light page" : "dark page");
    document.dispatchEvent(new CustomEvent("theme"));
  };
  let theme = stored() || system();
  show(theme);
  button.hidden = false;
  button.addEventListener("click", () => {
    theme = theme === "dark" ? "light" : "dark";
    store(theme);
    show(theme);
  });
})();

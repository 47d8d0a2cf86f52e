// Sets light or dark before the first paint. Loaded in the head, before the style sheet is applied.
const root = document.documentElement;
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function apply(): void {
  const wanted = root.dataset.theme ?? "auto";
  root.dataset.bsTheme = wanted === "auto" ? (dark.matches ? "dark" : "light") : wanted;
}

apply();
dark.addEventListener("change", apply);
if (localStorage.getItem("nav") === "narrow") root.classList.add("nav-narrow");

// Keyboard of the whole application. Single keys work only when no field has the focus and the user has not
// turned them off (data-keys="off" on <html>).
import { closeLayers, openDialog } from "./layers";

function inField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && !!target.closest("input, textarea, select, [contenteditable]");
}

let waitingForPlace = 0;

function goTo(key: string): boolean {
  const link = document.querySelector<HTMLAnchorElement>(`[data-go="${key}"]`);
  if (link) window.location.assign(link.href);
  return !!link;
}

function singleKey(event: KeyboardEvent): void {
  const key = event.key;
  if (Date.now() - waitingForPlace < 1200) {
    waitingForPlace = 0;
    if (goTo(key.toLowerCase())) event.preventDefault();
    return;
  }
  if (key === "g") waitingForPlace = Date.now();
  else if (key === "[") document.querySelector<HTMLElement>("[data-toggle-nav]")?.click();
  else if (key === "?") {
    const help = document.querySelector<HTMLAnchorElement>("[data-keys-help]");
    if (help) openDialog(help.href);
  } else if (key === "/") {
    const filter = document.querySelector<HTMLInputElement>("[data-filter]");
    if (filter) { event.preventDefault(); filter.focus(); filter.select(); }
  }
}

export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      const search = document.querySelector<HTMLInputElement>("#search");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
      return;
    }
    if (event.ctrlKey && event.key === "Enter") {
      const form = document.querySelector<HTMLFormElement>("#dialog[open] form");
      if (form) { event.preventDefault(); form.requestSubmit(); }
      return;
    }
    if (event.key === "Escape" && closeLayers()) { event.preventDefault(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || inField(event.target)) return;
    if (document.documentElement.dataset.keys !== "off") singleKey(event);
  });
}

// What every page needs: htmx, Tabler's components, drawer, dialog, toasts, keyboard, drafts of forms.
// A page's own behaviour lives in its app's client/ folder.
import "./main.css";
import "@tabler/core/dist/js/tabler.esm.min.js";
import htmx from "./htmx";
import { startDrafts } from "./drafts";
import { startKeys } from "./keys";
import { startLayers } from "./layers";
import { startToasts } from "./toasts";

// 4xx answers carry a form with its faults or a sentence: they are shown where the request was made.
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "4..", swap: true, error: true },
  { code: "5..", swap: true, error: true },
];

document.addEventListener("htmx:beforeRequest", (event) => {
  const target = (event as CustomEvent).detail.target as HTMLElement;
  target.dataset.loading = "1";
});
document.addEventListener("htmx:afterRequest", (event) => {
  const target = (event as CustomEvent).detail.target as HTMLElement;
  delete target.dataset.loading;
});
document.addEventListener("htmx:sendError", () => {
  document.getElementById("offline")?.removeAttribute("hidden");
});
document.addEventListener("htmx:afterOnLoad", () => {
  document.getElementById("offline")?.setAttribute("hidden", "");
});
document.addEventListener("htmx:afterSwap", (event) => {
  (event.target as HTMLElement).querySelector<HTMLElement>(".is-invalid")?.focus();
});

if (!document.querySelector("[autofocus]")) document.querySelector<HTMLElement>(".is-invalid")?.focus();

document.addEventListener("click", (event) => {
  const source = event.target as HTMLElement;
  if (source.closest("[data-toggle-nav]")) {
    const narrow = document.documentElement.classList.toggle("nav-narrow");
    localStorage.setItem("nav", narrow ? "narrow" : "wide");
  }
  const eye = source.closest<HTMLElement>("[data-show-password]");
  if (eye) {
    const field = document.getElementById(eye.dataset.showPassword ?? "") as HTMLInputElement;
    field.type = field.type === "password" ? "text" : "password";
    eye.setAttribute("aria-pressed", String(field.type === "text"));
  }
  const copy = source.closest<HTMLElement>("[data-copy]");
  if (copy) void copyText(copy.dataset.copy ?? "").then(tellCopied);
});

/** To the clipboard; browsers give pages without https none, there a selected field is copied. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

function tellCopied(): void {
  const toasts = document.getElementById("toasts");
  const line = document.createElement("div");
  line.className = "toast-line";
  line.textContent = toasts?.dataset.copied ?? "";
  toasts?.append(line);
}

document.addEventListener("change", (event) => {
  const field = event.target as HTMLInputElement;
  if (field.matches("[data-submit-on-change]")) field.form?.requestSubmit();
});

startLayers();
startDrafts();
startToasts();
startKeys();

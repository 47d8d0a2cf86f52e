// Nothing typed is lost when the session ends: what stands in a form is kept in the tab while it is typed, and is put
// back when the person returns from the login page. Passwords, files and hidden fields are never kept.
import { openDialog } from "./layers";

interface Draft { page: string; layer: string; action: string; values: Record<string, string[]>; sent: boolean }

const DRAFT = "draft", RETURNING = "returning";
const KEPT = "input:not([type=hidden], [type=password], [type=file]), textarea, select";

function here(): string { return window.location.pathname + window.location.search; }

function fields(form: HTMLFormElement): (HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement)[] {
  return [...form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>(KEPT)].filter((field) => field.name);
}

function valuesOf(form: HTMLFormElement): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (const field of fields(form)) {
    const told = values[field.name] ??= [];
    if (!(field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type) && !field.checked)) told.push(field.value);
  }
  return values;
}

function keep(form: HTMLFormElement, sent = false): void {
  if (form.method !== "post" || form.querySelector("[type=password]") || !fields(form).length) return;
  const layer = form.closest<HTMLElement>("#dialog")?.dataset.address ?? "";
  const draft: Draft = { page: here(), layer, action: form.action, values: valuesOf(form), sent };
  sessionStorage.setItem(DRAFT, JSON.stringify(draft));
}

function fill(draft: Draft): void {
  const form = [...document.forms].find((each) => each.action === draft.action && each.method === "post");
  if (!form) return;
  for (const field of fields(form)) {
    const told = draft.values[field.name];
    if (!told) continue;
    if (field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type)) field.checked = told.includes(field.value);
    else field.value = told.shift() ?? field.value;
  }
  const note = document.createElement("div");
  note.className = "notice is-not_due";
  note.setAttribute("role", "status");
  note.textContent = document.getElementById("drawer")?.dataset.draft ?? "";
  form.prepend(note);
}

function restore(draft: Draft): void {
  if (!draft.layer) { fill(draft); return; }
  const once = (event: Event) => {
    if ((event.target as HTMLElement).id !== "dialog") return;
    document.removeEventListener("htmx:afterSwap", once);
    fill(draft);
  };
  document.addEventListener("htmx:afterSwap", once);
  openDialog(draft.layer);
}

export function startDrafts(): void {
  if (document.querySelector("form [name=next][type=hidden]") && document.querySelector(".login")) {
    if (new URLSearchParams(window.location.search).has("next")) sessionStorage.setItem(RETURNING, "1");
    return;
  }
  const text = sessionStorage.getItem(DRAFT);
  const draft = text ? JSON.parse(text) as Draft : null;
  const returning = sessionStorage.getItem(RETURNING);
  sessionStorage.removeItem(RETURNING);
  if (returning) document.documentElement.dataset.returned = "1";
  if (returning && draft?.page === here()) restore(draft);
  else if (draft?.sent) sessionStorage.removeItem(DRAFT);

  document.addEventListener("input", (event) => {
    const form = (event.target as HTMLInputElement).form;
    if (form) keep(form);
  });
  document.addEventListener("submit", (event) => keep(event.target as HTMLFormElement, true));
  document.addEventListener("htmx:afterRequest", (event) => {
    const detail = (event as CustomEvent).detail;
    const address = detail.xhr.getResponseHeader("HX-Redirect") ?? "";
    if (detail.requestConfig.verb === "post" && detail.successful && !address.includes("/account/login")) sessionStorage.removeItem(DRAFT);
  });
}

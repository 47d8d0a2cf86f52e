// Drawer and dialog. A link or form with data-drawer or data-dialog loads its address into that layer; the server
// answers the same page in the layer's frame (it sees HX-Target). Without script the link simply opens the page.
import htmx from "./htmx";

function drawer(): HTMLElement { return document.getElementById("drawer") as HTMLElement; }
function dialog(): HTMLDialogElement { return document.getElementById("dialog") as HTMLDialogElement; }

let opener: HTMLElement | null = null;

export function openDrawer(address: string): void {
  void htmx.ajax("get", address, { target: "#drawer", swap: "innerHTML" }).then(() => {
    drawer().hidden = false;
    drawer().querySelector<HTMLElement>("h2, [autofocus]")?.focus();
  });
}

export function openDialog(address: string): void {
  dialog().dataset.address = address;
  void htmx.ajax("get", address, { target: "#dialog", swap: "innerHTML" }).then(() => {
    if (!dialog().open) dialog().showModal();
    dialog().querySelector<HTMLElement>(".is-invalid, [autofocus], .layer-body :is(input:not([type=hidden]), select, textarea)")?.focus();
  });
}

export function closeLayers(): boolean {
  if (dialog()?.open) { dialog().close(); return true; }
  if (drawer() && !drawer().hidden) {
    drawer().hidden = true;
    drawer().innerHTML = "";
    opener?.focus();
    return true;
  }
  return false;
}

export function startLayers(): void {
  document.addEventListener("click", (event) => {
    const source = event.target as HTMLElement;
    const mouse = event as MouseEvent;
    if (source.closest("[data-close]")) { event.preventDefault(); closeLayers(); return; }
    const link = source.closest<HTMLAnchorElement>("a[data-drawer], a[data-dialog]");
    if (!link || mouse.ctrlKey || mouse.metaKey || mouse.shiftKey || mouse.button) return;
    event.preventDefault();
    opener = link;
    if (link.dataset.dialog !== undefined) openDialog(link.href);
    else openDrawer(link.href);
  });
  // A form that asks in the dialog: what it gets is shown there.
  document.addEventListener("htmx:afterSwap", (event) => {
    const asked = (event as CustomEvent).detail.requestConfig?.elt as HTMLElement | undefined;
    if (asked?.dataset.opensDialog !== undefined && !dialog().open) dialog().showModal();
  });
  // An answer without a body after a form in a layer means: done, close it.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const detail = (event as CustomEvent).detail;
    if (detail.xhr.status === 204 && detail.target.closest("#dialog, #drawer")) closeLayers();
  });
  document.body.addEventListener("layers:close", () => { closeLayers(); });
}

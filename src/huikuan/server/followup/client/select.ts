// Rows selected in a list: single ones, a range with Shift, the page, or all of the filter. The bar says how many and,
// for orders, their money by currency; its form carries what is selected.
import { format, parse } from "../../workbench/client/_decimal";

function start(bar: HTMLFormElement): void {
  const card = bar.closest<HTMLElement>(".card");
  if (!card) return;
  const orders = bar.dataset.selectOrders !== undefined;
  const told = bar.querySelector<HTMLElement>("[data-told]")!;
  const keys = bar.querySelector<HTMLElement>("[data-keys]")!;
  const every = bar.querySelector<HTMLButtonElement>("[data-every]");
  const page = card.querySelector<HTMLInputElement>("[data-page]");
  const boxes = [...card.querySelectorAll<HTMLInputElement>("[data-pick]")];
  let last = -1, all = false;

  function sums(chosen: HTMLInputElement[]): string {
    const byCurrency = new Map<string, bigint>();
    for (const box of chosen) {
      const { amount = "0", currency = "" } = box.dataset;
      byCurrency.set(currency, (byCurrency.get(currency) ?? 0n) + parse(amount));
    }
    return [...byCurrency].map(([currency, sum]) => `${currency} ${format(sum)}`).join(" · ");
  }

  function show(): void {
    const chosen = boxes.filter((box) => box.checked);
    bar.hidden = !chosen.length;
    for (const box of boxes) box.closest("tr")?.setAttribute("aria-selected", String(box.checked));
    if (page) {
      page.checked = chosen.length === boxes.length && boxes.length > 0;
      page.indeterminate = chosen.length > 0 && !page.checked;
    }
    const some = `${told.dataset.some} ${chosen.length}`;
    told.textContent = all ? told.dataset.all ?? "" : orders ? `${some} · ${sums(chosen)}` : some;
    if (every) every.hidden = all;
    const name = orders ? "key" : "task";
    keys.replaceChildren(...(all ? [["every", "1"]] : chosen.map((box) => [name, box.value])).map(([key, value]) => {
      const input = document.createElement("input");
      input.type = "hidden"; input.name = key!; input.value = value!;
      return input;
    }));
  }

  boxes.forEach((box, place) => box.addEventListener("click", (event) => {
    if (event.shiftKey && last >= 0) {
      for (let n = Math.min(last, place); n <= Math.max(last, place); n++) boxes[n]!.checked = box.checked;
    }
    last = place; all = false;
    show();
  }));
  page?.addEventListener("change", () => { for (const box of boxes) box.checked = page.checked; all = false; show(); });
  every?.addEventListener("click", () => { all = true; show(); });
  bar.querySelector("[data-none]")?.addEventListener("click", () => { for (const box of boxes) box.checked = false; all = false; show(); });
  show();
}

for (const bar of document.querySelectorAll<HTMLFormElement>("[data-select-orders], [data-select-tasks]")) start(bar);

// One pane of the workbench: its rows, filter, classes, order, focus. The rows are made by the server.
import { Shown, shownIn } from "./_address";
import { plain } from "./_decimal";
import { Item, itemOf, Selection, Side } from "./_selection";

export interface Bench { root: HTMLElement; selection: Selection; focused(pane: Pane): void; counted(): void; show(): string; cause(): string; anyCause(): void; turned(): void }

/** The session has ended: to the login page, which leads back here. Anything else: load the page anew. */
function leave(answer: Response): void {
  const address = new URL(answer.url);
  if (!address.searchParams.has("next")) { window.location.reload(); return; }
  address.searchParams.set("next", window.location.pathname + window.location.search);
  window.location.assign(address);
}

export class Pane implements Shown {
  filter: string;
  classes: string;
  sort: string;
  after: string;
  page: string;
  near: Item[] = [];
  index = -1;
  counts: Record<string, number> = {};
  private anchor = -1;
  private loading = 0;

  constructor(readonly bench: Bench, readonly node: HTMLElement, readonly side: Side) {
    ({ filter: this.filter, classes: this.classes, sort: this.sort, after: this.after, page: this.page } = shownIn(side));
    this.read();
    node.addEventListener("click", (event) => this.clicked(event));
    node.addEventListener("change", (event) => this.toggledAll(event.target as HTMLInputElement));
    node.addEventListener("input", (event) => this.typed(event.target as HTMLInputElement));
    node.addEventListener("keydown", (event) => this.inFilter(event as KeyboardEvent));
    node.addEventListener("focusin", (event) => {
      const row = (event.target as HTMLElement).closest<HTMLElement>("tr[data-item]");
      if (row) this.focusAt(this.rows().indexOf(row), false);
    });
  }

  rows(): HTMLElement[] { return [...this.node.querySelectorAll<HTMLElement>("tr[data-item]")]; }
  row(): HTMLElement | undefined { return this.rows()[this.index]; }
  item(row: HTMLElement): Item { return itemOf(row.dataset, this.side); }

  address(part: string): string {
    const query = new URLSearchParams(this.bench.root.dataset.query ?? "");
    query.set("show", this.bench.show());
    if (this.filter) query.set("q", this.filter);
    if (this.classes) query.set("class", this.classes);
    if (this.bench.cause()) query.set("cause", this.bench.cause());
    query.set("sort", this.sort);
    if (this.near.length) {
      query.set("near", plain(this.near.reduce((sum, item) => sum + item.amount, 0n)));
      query.set("near_currency", this.near[0].currency);
      query.set("near_date", this.near.map((item) => item.date).sort().pop() ?? "");
      query.set("near_order", [...new Set(this.near.map((item) => item.order).filter(Boolean))].slice(0, 20).join(","));
    } else if (this.after) { query.set("after", this.after); query.set("page", this.page); }
    return `${this.bench.root.dataset.url?.split("?")[0]}pane/${this.side}/${part}?${query}`;
  }

  async load(keepFocus = false): Promise<void> {
    const turn = ++this.loading;
    this.bench.turned();
    const old = this.node.querySelector<HTMLElement>("[data-part]");
    const typing = document.activeElement === old?.querySelector("[data-pane-filter]");
    const inside = this.node.contains(document.activeElement) && !typing;
    old?.querySelector<HTMLElement>("[data-rows]")?.setAttribute("data-loading", "1");
    const answer = await fetch(this.address(""), { headers: { "X-Requested-With": "fetch" } });
    if (turn !== this.loading) return;
    if (answer.redirected || !answer.ok) { leave(answer); return; }
    const box = document.createElement("template");
    box.innerHTML = await answer.text();
    const fresh = box.content.querySelector<HTMLElement>("[data-part]");
    if (!fresh || !old || turn !== this.loading) return;
    const position = typing ? (old.querySelector("[data-pane-filter]") as HTMLInputElement).selectionStart : null;
    old.replaceWith(fresh);
    window.htmx.process(fresh);
    const input = this.read();
    if (typing && input) { input.focus(); input.setSelectionRange(position, position); }
    this.mark();
    if (keepFocus || inside) this.focusAt(Math.min(Math.max(this.index, 0), this.rows().length - 1), inside);
    else this.index = -1;
    this.bench.counted();
  }

  private read(): HTMLInputElement | null {
    const part = this.node.querySelector<HTMLElement>("[data-part]");
    this.counts = JSON.parse(part?.dataset.counts ?? "{}") as Record<string, number>;
    const input = this.node.querySelector<HTMLInputElement>("[data-pane-filter]");
    if (input) input.value = this.filter;
    const first = this.rows()[0];
    if (first) first.tabIndex = 0;
    return input;
  }

  mark(): void {
    for (const row of this.rows()) {
      const on = this.bench.selection.has(this.side, row.dataset.key ?? "");
      row.setAttribute("aria-selected", String(on));
      const box = row.querySelector<HTMLInputElement>("input[type=checkbox]");
      if (box) box.checked = on;
    }
  }

  get scrolled(): number { return this.node.querySelector("[data-rows]")?.scrollTop ?? 0; }
  set scrolled(to: number) { this.node.querySelector("[data-rows]")?.scrollTo(0, to); }

  focusAt(index: number, move = true): void {
    const rows = this.rows();
    rows.forEach((row, at) => { row.classList.toggle("is-focus", at === index); row.tabIndex = at === index ? 0 : -1; });
    this.index = index;
    const row = rows[index];
    if (!row) return;
    if (move) row.focus();
    this.bench.focused(this);
  }

  step(by: number, range: boolean): void {
    const rows = this.rows();
    const from = this.index;
    const to = Math.min(Math.max(from + by, 0), rows.length - 1);
    if (range && from >= 0) this.select(Math.min(from, to), Math.max(from, to), true);
    this.focusAt(to);
    this.row()?.scrollIntoView({ block: "nearest" });
  }

  toggle(index = this.index): void {
    const row = this.rows()[index];
    if (!row?.dataset.key || !this.bench.root.dataset.can) return;
    this.anchor = index;
    this.bench.selection.set(this.item(row), !this.bench.selection.has(this.side, row.dataset.key));
  }

  private select(first: number, last: number, on: boolean): void {
    if (!this.bench.root.dataset.can) return;
    const items = this.rows().slice(first, last + 1).filter((row) => row.dataset.key).map((row) => this.item(row));
    this.bench.selection.setAll(this.side, items, on);
  }

  private clicked(event: MouseEvent): void {
    const source = event.target as HTMLElement;
    const chip = source.closest<HTMLElement>("[data-class]");
    const sorter = source.closest<HTMLElement>("[data-sort].sorter");
    const next = source.closest<HTMLElement>("[data-next]");
    if (source.closest("[data-cause]")) this.bench.anyCause();
    else if (chip && chip !== this.node) this.byClass(chip.dataset.class ?? "");
    else if (sorter) this.sortBy(sorter.dataset.sort ?? "date");
    else if (next) { this.after = next.dataset.next ?? ""; this.page = next.dataset.page ?? "2"; void this.load(); }
    else if (source.closest("[data-first]")) this.again();
    else if (source.closest("[data-clear-filter]")) { this.filter = ""; this.classes = ""; if (this.bench.cause()) this.bench.anyCause(); else this.again(); }
    else {
      const row = source.closest<HTMLElement>("tr[data-item]");
      if (row && !source.closest("a, button")) this.clickedRow(row, event);
    }
  }

  private clickedRow(row: HTMLElement, event: MouseEvent): void {
    const index = this.rows().indexOf(row);
    if (event.shiftKey && this.anchor >= 0) {
      this.select(Math.min(this.anchor, index), Math.max(this.anchor, index), true);
    } else if ((event.target as HTMLElement).matches("input") || event.ctrlKey || event.metaKey) this.toggle(index);
    else this.anchor = index;
    this.focusAt(index);
    this.mark();
  }

  private byClass(code: string): void {
    const chosen = new Set(this.classes.split(",").filter(Boolean));
    if (!code) chosen.clear();
    else if (!chosen.delete(code)) chosen.add(code);
    this.classes = [...chosen].join(",");
    this.again();
  }

  private sortBy(key: string): void {
    const numeric = ["date", "amount", "age_days"].includes(key);
    const first = numeric ? `-${key}` : key;
    this.sort = this.sort === first ? (numeric ? key : `-${key}`) : first;
    this.near = [];
    this.again();
  }

  again(): void { this.after = ""; this.page = "1"; void this.load(); }

  private timer = 0;
  private typed(input: HTMLInputElement): void {
    if (!input.matches("[data-pane-filter]")) return;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => { this.filter = input.value.trim(); this.near = []; this.again(); }, 220);
  }

  private inFilter(event: KeyboardEvent): void {
    if (!(event.target as HTMLElement).matches("[data-pane-filter]")) return;
    if (event.key === "Enter" || event.key === "ArrowDown") { event.preventDefault(); this.focusAt(0); }
    else if (event.key === "Escape") {
      event.preventDefault(); event.stopPropagation();
      const input = event.target as HTMLInputElement;
      if (input.value) { input.value = ""; this.typed(input); } else this.focusAt(0);
    }
  }

  private async toggledAll(box: HTMLInputElement): Promise<void> {
    if (!box.matches("[data-all]")) return;
    if (!box.checked) { this.bench.selection.setAll(this.side, this.bench.selection.items(this.side), false); return; }
    const answer = await fetch(this.address("keys/"));
    if (answer.redirected || !answer.ok) { leave(answer); return; }
    const told = (await answer.json()) as { rows: Record<string, string>[]; most: number };
    this.bench.selection.setAll(this.side, told.rows.map((row) => itemOf(row, this.side)), true);
    if (told.rows.length >= told.most) {
      const note = document.getElementById("bench-note");
      if (note) note.textContent = (this.bench.root.dataset.wordMost ?? "").replace("{n}", String(told.most));
    }
  }
}

// The workbench: two panes, the difference of what is selected always in view, everything by keyboard.
import type htmxType from "htmx.org";
import { keep, kept, tellAddress } from "./_address";
import { format, parse } from "./_decimal";
import { Bench, Pane } from "./_pane";
import { Item, itemOf, Selection, Side, SIDES } from "./_selection";

declare global { interface Window { htmx: typeof htmxType } }

const root = document.getElementById("bench");

class Workbench implements Bench {
  readonly selection: Selection;
  readonly panes: Record<Side, Pane>;
  active: Side = "left";
  private whyTimer = 0;
  private nearTimer = 0;
  private offer = -1;
  private goSince = 0;
  private causing = new URLSearchParams(window.location.search).get("cause") ?? "";
  private showing = new URLSearchParams(window.location.search).get("show") ?? "work";

  constructor(readonly root: HTMLElement) {
    this.selection = new Selection((side) => this.selected(side));
    const [left, right] = SIDES.map((side) => document.querySelector<HTMLElement>(`.pane[data-side="${side}"]`) as HTMLElement);
    this.panes = { left: new Pane(this, left, "left"), right: new Pane(this, right, "right") };
    document.addEventListener("keydown", (event) => this.key(event), true);
    document.addEventListener("click", (event) => this.clicked(event));
    document.body.addEventListener("bench:changed", () => this.reload());
    this.counted();
    this.restore();
    this.bar();
    window.addEventListener("pagehide", () => {
      keep(this.selection, { left: this.panes.left.scrolled, right: this.panes.right.scrolled });
    });
  }

  private restore(): void {
    const found = kept();
    if (!found) return;
    this.selection.replace(found.items);
    for (const side of SIDES) this.panes[side].scrolled = found.scrolled[side];
  }

  turned(): void { tellAddress(this.showing, this.causing, this.panes); }

  show(): string { return this.showing; }
  cause(): string { return this.causing; }

  anyCause(): void {
    this.causing = "";
    for (const side of SIDES) this.panes[side].again();
  }

  other(side: Side): Side { return side === "left" ? "right" : "left"; }

  counted(): void {
    for (const name of ["work", "all", "rest", "suggested"]) {
      const sum = SIDES.reduce((total, side) => total + (this.panes[side].counts[name] ?? 0), 0);
      document.querySelectorAll(`[data-count="${name}"]`).forEach((node) => { node.textContent = sum.toLocaleString("en"); });
    }
  }

  focused(pane: Pane): void {
    this.active = pane.side;
    for (const side of SIDES) this.panes[side].node.classList.toggle("is-active", side === pane.side);
    const item = pane.row()?.dataset.item;
    const box = pane.node.querySelector<HTMLElement>("[data-why]");
    if (!item || !box || box.dataset.item === item) return;
    window.clearTimeout(this.whyTimer);
    this.whyTimer = window.setTimeout(() => {
      box.dataset.item = item;
      const address = `${this.root.dataset.url?.split("?")[0]}item/${item}/${this.root.dataset.query ?? ""}`;
      void window.htmx.ajax("get", address, { target: box, swap: "innerHTML" });
    }, 120);
  }

  private selected(side: Side): void {
    this.panes[side].mark();
    this.bar();
    const other = this.panes[this.other(side)];
    if (this.selection.count(other.side) && this.selection.count(side)) return;
    window.clearTimeout(this.nearTimer);
    this.nearTimer = window.setTimeout(() => {
      for (const each of SIDES) {
        const wanted = this.selection.count(each) ? this.panes[each].near : this.selection.items(this.other(each));
        const keys = (items: Item[]) => items.map((item) => item.key).join("|");
        if (keys(wanted) === keys(this.panes[each].near)) continue;
        this.panes[each].near = wanted;
        void this.panes[each].load();
      }
    }, 160);
  }

  private bar(): void {
    const tell = (name: string, text: string) => {
      document.querySelectorAll(`[data-sum="${name}"]`).forEach((node) => { node.textContent = text; });
    };
    const left = this.selection.sum("left"), right = this.selection.sum("right");
    const apart = left - right, words = this.root.dataset;
    const both = this.selection.count("left") + this.selection.count("right");
    const mixed = this.selection.currencies().length > 1;
    tell("left", format(left)); tell("right", format(right)); tell("difference", format(apart < 0n ? -apart : apart));
    tell("left-count", String(this.selection.count("left"))); tell("right-count", String(this.selection.count("right")));
    const side = apart > 0n ? words.wordLeft : words.wordRight;
    const bar = document.getElementById("difference-bar");
    const tolerance = parse(words.tolerance ?? "0");
    const size = apart < 0n ? -apart : apart;
    const told = size && size <= tolerance ? `${words.wordTolerance} (${side})` : `${words.wordDifference} (${side})`;
    tell("word", mixed ? words.wordCurrencies ?? "" : size ? told : (both ? words.wordEqual : words.wordDifference) ?? "");
    const ready = both >= 2 && !mixed;
    bar?.classList.toggle("is-equal", ready && apart === 0n);
    bar?.classList.toggle("is-apart", both > 0 && apart !== 0n);
    const may = (name: string, on: boolean) => {
      const button = document.querySelector<HTMLButtonElement>(`[data-do="${name}"]`);
      if (button) button.disabled = !on;
      return button;
    };
    this.pair();
    may("clear", both > 0); may("note", true); may("exclude", both > 0);
    const close = size <= tolerance;
    const match = may("match", ready && close), different = may("difference", ready && apart !== 0n);
    match?.classList.toggle("btn-primary", !ready || close);
    different?.classList.toggle("btn-primary", ready && !close);
    this.markOffers();
  }

  // One record on each side: the way to why they are not together.
  private pair(): void {
    const link = document.querySelector<HTMLAnchorElement>("[data-pair]");
    if (!link) return;
    const [left, right] = SIDES.map((side) => this.selection.items(side));
    link.hidden = left.length !== 1 || right.length !== 1;
    if (link.hidden) return;
    const address = new URL(link.dataset.url ?? "", window.location.href);
    address.searchParams.set("left", left[0].key);
    address.searchParams.set("right", right[0].key);
    link.href = address.pathname + address.search;
  }

  private values(step = ""): Record<string, string | string[]> {
    const keys = (side: Side) => this.selection.items(side).map((item) => item.key);
    return { left: keys("left"), right: keys("right"), ...(step ? { step } : {}) };
  }

  private post(part: string, values: Record<string, string | string[]>, target: string): Promise<void> {
    const note = document.getElementById("bench-note");
    if (note) note.innerHTML = "";
    const address = `${this.root.dataset.url?.split("?")[0]}${part}/${this.root.dataset.query ?? ""}`;
    return window.htmx.ajax("post", address, { target, swap: "innerHTML", values }) as Promise<void>;
  }

  private async ask(part: string, values: Record<string, string | string[]>): Promise<void> {
    const dialog = document.getElementById("dialog") as HTMLDialogElement;
    dialog.innerHTML = "";
    await this.post(part, values, "#dialog");
    if (!dialog.textContent?.trim()) return;
    if (!dialog.querySelector("form")) {
      const note = document.getElementById("bench-note");
      if (note) note.innerHTML = dialog.innerHTML;
      return;
    }
    if (!dialog.open) dialog.showModal();
    dialog.querySelector<HTMLElement>("[autofocus]")?.focus();
  }

  do(what: string): void {
    const button = document.querySelector<HTMLButtonElement>(`[data-do="${what}"]`);
    if (!button || button.disabled) return;
    if (what === "clear") this.selection.clear();
    else if (what === "match") void this.post("match", this.values(), "#bench-note");
    else if (what === "difference") void this.ask("difference", this.values("ask"));
    else if (what === "exclude") void this.ask("exclude", this.values("ask"));
    else if (what === "note") document.querySelector<HTMLElement>(`.pane[data-side="${this.active}"] [data-note]`)?.click();
    else if (what === "case") button.click();
  }

  private reload(): void {
    this.selection.clear();
    for (const side of SIDES) {
      const why = this.panes[side].node.querySelector<HTMLElement>("[data-why]");
      if (why) delete why.dataset.item;
      this.panes[side].near = [];
      void this.panes[side].load(side === this.active).then(() => {
        if (side === this.active && !document.querySelector("dialog[open]")) this.panes[side].focusAt(Math.max(0, Math.min(this.panes[side].index, this.panes[side].rows().length - 1)));
      });
    }
    const box = document.querySelector<HTMLElement>("[data-suggestions]");
    const address = `${this.root.dataset.url?.split("?")[0]}suggestions/${this.root.dataset.query ?? ""}`;
    this.offer = -1;
    if (box) void window.htmx.ajax("get", address, { target: box, swap: "innerHTML" });
  }

  private offers(): HTMLElement[] { return [...document.querySelectorAll<HTMLElement>("[data-offer]")]; }

  private take(offer: HTMLElement | undefined): void {
    if (!offer) return;
    this.offer = this.offers().indexOf(offer);
    const rows = JSON.parse(offer.dataset.rows ?? "[]") as Record<string, string>[];
    this.selection.replace(rows.map((row) => itemOf(row, row.side as Side)));
    offer.scrollIntoView({ block: "nearest" });
  }

  private markOffers(): void {
    for (const offer of this.offers()) {
      const rows = JSON.parse(offer.dataset.rows ?? "[]") as Record<string, string>[];
      const taken = rows.every((row) => this.selection.has(row.side as Side, row.key));
      offer.classList.toggle("is-taken", taken);
      const button = offer.querySelector("[data-take]");
      if (button) button.textContent = (taken ? this.root.dataset.wordTaken : this.root.dataset.wordSelect) ?? "";
    }
  }

  private clicked(event: MouseEvent): void {
    const source = event.target as HTMLElement;
    const action = source.closest<HTMLElement>("[data-do]");
    if (action && action.tagName === "BUTTON") this.do(action.dataset.do ?? "");
    const take = source.closest("[data-take]");
    if (take) this.take(take.closest<HTMLElement>("[data-offer]") ?? undefined);
    const explain = source.closest<HTMLElement>("[data-explain]");
    if (explain) void this.ask("difference", { group: explain.dataset.explain ?? "", order_no: explain.dataset.order ?? "", step: "ask" });
    const chip = source.closest<HTMLAnchorElement>("a[data-show]");
    if (chip && !event.ctrlKey && !event.metaKey) { event.preventDefault(); this.turnTo(chip.dataset.show ?? "work"); }
    if (source.closest("[data-show-rest]")) document.querySelector<HTMLElement>('a[data-show="all"]')?.click();
  }

  private turnTo(show: string): void {
    this.showing = show;
    document.querySelectorAll("#shows a").forEach((chip) => {
      if ((chip as HTMLElement).dataset.show === show) chip.setAttribute("aria-current", "true");
      else chip.removeAttribute("aria-current");
    });
    for (const side of SIDES) { this.panes[side].classes = ""; this.panes[side].again(); }
  }

  private key(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    const inField = !!target.closest("textarea, select, [contenteditable], input:not([type=checkbox])");
    if (inField || document.querySelector("dialog[open]") || event.altKey) return;
    const undo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
    if (undo) { this.stop(event); void this.post("undo", {}, "#bench-note"); return; }
    if (event.ctrlKey || event.metaKey || document.documentElement.dataset.keys === "off" && event.key.length === 1 && event.key !== " ") return;
    if (Date.now() - this.goSince < 1200 && event.key.length === 1) { this.goSince = 0; return; }
    if (event.key === "g") { this.goSince = Date.now(); return; }
    if (target.closest("a, button, summary") && (event.key === "Enter" || event.key === " ")) return;
    if (this.move(event) || this.act(event)) this.stop(event);
  }

  private stop(event: KeyboardEvent): void { event.preventDefault(); event.stopPropagation(); }

  private move(event: KeyboardEvent): boolean {
    const pane = this.panes[this.active];
    const inPane = !!(event.target as HTMLElement).closest(".pane tr") || event.target === document.body;
    switch (event.key) {
      case "ArrowDown": pane.step(1, event.shiftKey); return true;
      case "ArrowUp": pane.step(-1, event.shiftKey); return true;
      case "PageDown": pane.step(15, event.shiftKey); return true;
      case "PageUp": pane.step(-15, event.shiftKey); return true;
      case "Home": pane.focusAt(0); return true;
      case "ArrowRight": this.panes.right.focusAt(Math.max(0, this.panes.right.index)); return true;
      case "ArrowLeft": this.panes.left.focusAt(Math.max(0, this.panes.left.index)); return true;
      case "Tab": {
        if (!inPane || event.shiftKey || event.target === document.body) return false;
        const next = this.panes[this.other(this.active)];
        if (!next.rows().length) return false;
        next.focusAt(Math.max(0, next.index));
        return true;
      }
      default: return false;
    }
  }

  private act(event: KeyboardEvent): boolean {
    const pane = this.panes[this.active];
    switch (event.key) {
      case " ": pane.toggle(); return true;
      case "m": case "M": this.do("match"); return true;
      case "d": case "D": this.do("difference"); return true;
      case "x": case "X": this.do("exclude"); return true;
      case "n": case "N": this.do("note"); return true;
      case "c": case "C": document.querySelector<HTMLElement>('[data-do="case"]')?.click(); return true;
      case "u": case "U": void this.post("undo", {}, "#bench-note"); return true;
      case "s": this.take(this.offers()[(this.offer + 1) % Math.max(1, this.offers().length)]); return true;
      case "S": this.offers()[Math.max(0, this.offer)]?.querySelector<HTMLElement>("[data-reject]")?.click(); return true;
      case "/": { const input = pane.node.querySelector<HTMLInputElement>("[data-pane-filter]"); input?.focus(); input?.select(); return true; }
      case "Enter": pane.node.querySelector<HTMLElement>("[data-why] [data-drawer]")?.click(); return true;
      case "Escape": {
        const drawer = document.getElementById("drawer");
        if (drawer && !drawer.hidden) return false;
        this.selection.clear();
        return true;
      }
      default: return false;
    }
  }
}

if (root) {
  document.documentElement.classList.add("nav-narrow"); // the panes need the width; not remembered
  new Workbench(root);
}

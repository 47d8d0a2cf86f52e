// What the workbench shows stands in its address, so that going back, reloading or sending the address shows it again:
// `show`, `cause`, and per pane `lq lclass lsort lafter lpage` (left) and `rq ...` (right). What an address should not hold, the
// selection and how far the panes were scrolled, is kept in the tab until the page is left for good.
import { plain } from "./_decimal";
import { Item, itemOf, Selection, Side, SIDES } from "./_selection";

export interface Shown { filter: string; classes: string; sort: string; after: string; page: string }

const NAMES: [keyof Shown, string][] = [["filter", "q"], ["classes", "class"], ["sort", "sort"], ["after", "after"], ["page", "page"]];
const USUAL: Shown = { filter: "", classes: "", sort: "-date", after: "", page: "1" };

export function shownIn(side: Side): Shown {
  const query = new URLSearchParams(window.location.search);
  const told = NAMES.map(([name, short]) => [name, query.get(side[0] + short) ?? USUAL[name]]);
  return Object.fromEntries(told) as unknown as Shown;
}

export function tellAddress(show: string, cause: string, panes: Record<Side, Shown>): void {
  const address = new URL(window.location.href);
  if (show === "work") address.searchParams.delete("show");
  else address.searchParams.set("show", show);
  if (cause) address.searchParams.set("cause", cause);
  else address.searchParams.delete("cause");
  for (const side of SIDES) {
    for (const [name, short] of NAMES) {
      const value = panes[side][name];
      if (value === USUAL[name]) address.searchParams.delete(side[0] + short);
      else address.searchParams.set(side[0] + short, value);
    }
  }
  if (address.href !== window.location.href) window.history.replaceState(window.history.state, "", address);
}

interface Kept { address: string; items: Record<string, string>[]; scrolled: Record<Side, number> }

function place(): string { return `bench:${window.location.pathname}`; }

export function keep(selection: Selection, scrolled: Record<Side, number>): void {
  const items = SIDES.flatMap((side) => selection.items(side)).map((item) => ({ ...item, amount: plain(item.amount) }));
  const kept: Kept = { address: window.location.search, items, scrolled };
  sessionStorage.setItem(place(), JSON.stringify(kept));
}

/** What was kept when this very address was left, if the person has come back to it, reloaded it or logged in
 * again; else null. */
export function kept(): { items: Item[]; scrolled: Record<Side, number> } | null {
  const way = (performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined)?.type;
  const text = sessionStorage.getItem(place());
  const back = way === "back_forward" || way === "reload" || document.documentElement.dataset.returned;
  if (!text || !back) return null;
  const found = JSON.parse(text) as Kept;
  if (found.address !== window.location.search) return null;
  return { items: found.items.map((each) => itemOf(each, each.side as Side)), scrolled: found.scrolled };
}

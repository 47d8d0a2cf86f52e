// What is selected on both sides; survives filtering, sorting and paging.
import { parse } from "./_decimal";

export type Side = "left" | "right";
export const SIDES: Side[] = ["left", "right"];

export interface Item {
  side: Side; key: string; item: string; amount: bigint; currency: string; date: string; order: string; label: string;
}

export class Selection {
  private chosen: Record<Side, Map<string, Item>> = { left: new Map(), right: new Map() };

  constructor(private changed: (side: Side) => void) {}

  items(side: Side): Item[] { return [...this.chosen[side].values()]; }
  has(side: Side, key: string): boolean { return this.chosen[side].has(key); }
  count(side: Side): number { return this.chosen[side].size; }
  sum(side: Side): bigint { return this.items(side).reduce((sum, item) => sum + item.amount, 0n); }
  currencies(): string[] { return [...new Set(SIDES.flatMap((side) => this.items(side).map((item) => item.currency)))]; }
  get empty(): boolean { return !this.count("left") && !this.count("right"); }

  set(item: Item, on: boolean): void {
    if (on) this.chosen[item.side].set(item.key, item);
    else this.chosen[item.side].delete(item.key);
    this.changed(item.side);
  }
  setAll(side: Side, items: Item[], on: boolean): void {
    for (const item of items) {
      if (on) this.chosen[side].set(item.key, item);
      else this.chosen[side].delete(item.key);
    }
    this.changed(side);
  }
  replace(items: Item[]): void {
    for (const side of SIDES) {
      this.chosen[side] = new Map(items.filter((item) => item.side === side).map((item) => [item.key, item]));
    }
    SIDES.forEach(this.changed);
  }
  clear(): void { this.replace([]); }
}

export function itemOf(data: Record<string, string | undefined>, side: Side): Item {
  return {
    side, key: data.key ?? "", item: data.item ?? "", amount: parse(data.amount ?? "0"), currency: data.currency ?? "",
    date: data.date ?? "", order: data.order ?? "", label: data.label ?? "",
  };
}

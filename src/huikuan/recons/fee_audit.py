"""Was each order charged the fees that the shop's contract says? Findings beside the residuals of `order-settlement`.

Per order and fee type of the shop's rate card: expected = rate x base, rounded to the currency's minor unit, at least
the minimum, by the version in force on the order's day, each category's lines by its own rate before `*`. Charged =
what the settlement lines took, less what they gave back, without the copies that are `duplicate` already.

- Base `gross` is what was settled (sale, subsidy, refund, freight to the shop), `paid` the same without what the
  platform bore. Where a fee comes back with a refund it is the base after the refunds that came, else the one before.
- `fee_not_returned`: the part of what is charged too much that a refund should have given back. `fee_rate`: the rest,
  too much or too little. Each only above the rate's tolerance, and above the half cents of a fee taken in parts.
- An order is judged when it is settled in full, or its due date has passed, one from before the book's start only when
  all of it was settled in the book; what is missing (too little charged, a fee
  not returned) only when its last settlement line is older than the shop's days of grace.
- Where the order's money itself differs, that is the finding: a fee is one only if it fits neither what was settled
  nor what the order should bring. An order of several rates whose money differs is not judged.
- Fee types the card does not name are no findings, since a contract may be entered in part; a rate of 0 says that a
  fee may not be. A fee that is charged only where it applies (none of `ALWAYS_CHARGED`) is not missed where none was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import ibis

from huikuan.engine import evidence as because
from huikuan.engine.lines import ZERO, union_all
from huikuan.engine.model import AUDIT, MONEY_TYPE, NOTED, Audit, Audited, Measure, Sides
from huikuan.engine.workspace import Workspace, conform, typed_table
from huikuan.records.codes import FEE_TYPES
from huikuan.records.currency import NO_MINOR_UNITS, THREE_DECIMALS
from huikuan.records.due_dates import rules_by_number
from huikuan.records.fee_rates import ALL, ALWAYS_CHARGED, rate_versions
from huikuan.records.rules import Rules

RATE_TYPE = "decimal(10, 6)"
FACTOR = "decimal(19, 6)"  # holds any rate and any amount; the product is exact
NO_ORDER = ibis.literal(10**12).cast("decimal(38, 5)")  # a number shared by records without end is none
HALF_A_CENT = ibis.literal(Decimal("0.005")).cast(MONEY_TYPE)  # a fee taken in parts is rounded in each of them
TENTH = ibis.literal(Decimal("0.1")).cast(MONEY_TYPE)
RATES = {
    "rate_no": "int64", "rate_shop": "string", "rate_category": "string", "valid_from": "date", "valid_to": "date",
    "rate": RATE_TYPE, "tenfold": MONEY_TYPE, "on_paid": "boolean", "minimum": MONEY_TYPE, "comes_back": "boolean",
    "tolerance": MONEY_TYPE,
}  # fmt: skip
ORDER = ["scope", "key", "currency"]
FIGURES = ("scope", "currency", "type", "rate_no", "day")
Dates = Callable[[Any, Sides], Any]


def fee_audit(sides: Sides, as_of: date, dates: Dates) -> Audit | None:
    """The audit of a book's shops, None where no shop has a rate card. `dates` turns anchor days into due dates."""
    shops = sides.extra["shops"]
    rates = [rate for rate in sides.extra["rules"].fee_rates if rate.shop in shops and rate.type in FEE_TYPES]
    if not rates:
        return None
    card = _Card(rate_versions(rates))
    return Audit(_measures(card.types), lambda work, sums: _Judging(work, sides, as_of, card, dates).judge(sums))


@dataclass(frozen=True)
class _Card:
    """The versions of all rates; their position is the rate's number."""

    versions: Sequence[Any]

    @property
    def types(self) -> list[str]:
        return sorted({rate.type for rate, _until in self.versions})

    def of_type(self, type_: str) -> Any:
        """The rates of one fee type as a table."""
        rows = [
            {
                "rate_no": no, "rate_shop": rate.shop, "rate_category": rate.category, "valid_from": rate.valid_from,
                "valid_to": until, "rate": rate.rate, "tenfold": 10 * rate.rate, "on_paid": rate.base == "paid",
                "minimum": rate.minimum, "comes_back": rate.returned_on_refund, "tolerance": rate.tolerance,
            }
            for no, (rate, until) in enumerate(self.versions) if rate.type == type_
        ]  # fmt: skip
        return typed_table(rows, RATES)

    def told(self) -> Any:
        """What the figures say about each rate. Key: told_no."""
        rows = [
            {"told_no": no, "category": rate.category, "rate": rate.rate, "valid_from": rate.valid_from}
            for no, (rate, _until) in enumerate(self.versions)
        ]
        return typed_table(rows, {"told_no": "int64", "category": "string", "rate": RATE_TYPE, "valid_from": "date"})

    def shops(self, type_: str, *, by_category: bool) -> list[str]:
        """The shops whose rates of a type depend on the category, or do not."""
        own = {rate.shop for rate, _until in self.versions if rate.type == type_ and rate.category != ALL}
        every = {rate.shop for rate, _until in self.versions if rate.type == type_}
        return sorted(own if by_category else every - own)


def _measures(types: Sequence[str]) -> Mapping[str, Measure]:
    """Per order: its day, what refunds took, and what each fee took, less what it gave back."""
    found = {
        "day": Measure("left", lambda t: t.date, "min", "date"),
        "refunds": Measure("right", lambda t: ibis.ifelse(t.type == "refund", ZERO - t.compared, ZERO), "sum"),
    }
    for number, name in enumerate(types):
        found[f"fee{number}"] = Measure("right", _charged(name), "sum")
    return found


def _charged(type_: str) -> Callable[[Any], Any]:
    return lambda t: ibis.ifelse(t.type == type_, ZERO - t.amount, ZERO)


def _money(amount: Any) -> Any:
    return amount.cast(MONEY_TYPE)


def _fee(table: Any, base: Any) -> Any:
    """The fee on a base by the rate beside it, to the minor unit; 0 on nothing. Exact: a rate has six decimals, so that
    ten times the rate is taken, whose product with an amount DuckDB rounds a hundred times faster."""
    tenfold = table.tenfold * base
    no_unit, three = (table.currency.isin(sorted(codes)) for codes in (NO_MINOR_UNITS, THREE_DECIMALS))
    rounded = ibis.cases(
        (no_unit, _money((table.rate.cast(FACTOR) * base.cast(FACTOR)).cast("decimal(18, 0)"))),
        (three, _tenth(tenfold.cast("decimal(18, 2)"))),
        else_=_tenth(tenfold.cast("decimal(18, 1)")),
    )
    return ibis.ifelse(base > ZERO, ibis.greatest(rounded, table.minimum), ZERO)


def _tenth(amount: Any) -> Any:
    # By way of a wider type: Ibis takes a product for the type of its factors and would leave the cast out.
    return _money((_money(amount) * TENTH).cast("decimal(38, 5)"))


@dataclass(frozen=True)
class _Judging:
    """One run of the audit."""

    work: Workspace
    sides: Sides
    as_of: date
    card: _Card
    dates: Dates

    def judge(self, sums: Any) -> Audited:
        """Findings, figures and cleared duplicates of the orders that can be judged."""
        other = self.work.keep(self._other(sums))
        copies = self.sides.extra["held"]["copied_fees"]  # fee lines called `duplicate`; None where there are none
        expected = self.work.once(self._expected(sums, other))
        apart = self.work.keep(expected.filter(~_fits(expected)))
        lines = self.work.keep(_lines(self.sides.right, apart))
        split = self.work.keep(_split(self._ripe(apart, lines), copies))
        figures = self.work.keep(self._figures(expected.filter(_fits(expected)), split))
        findings = self.work.keep(_findings(split, lines))
        cleared = None if copies is None else self.work.keep(self._cleared(sums, other, copies))
        return Audited(findings, figures, cleared)

    def _cleared(self, sums: Any, other: Any, copies: Any) -> Any:
        """Duplicates that are none: with them the order was charged what the contract says."""
        named = (t.semi_join(copies, [t.scope == copies.scope, t.key == copies.order_no]) for t in (sums, other))
        expected = self._expected(*named)
        fits = expected.filter(_fits(expected))
        same = [copies.scope == fits.scope, copies.order_no == fits.key, copies.currency == fits.currency]
        return copies.semi_join(fits, [*same, copies.type == fits.type]).select("record_key")

    def _other(self, sums: Any) -> Any:
        """Orders with both sides that are not usual: with refunds, with more than they should bring, or past due."""
        both = self._begun(sums.mutate(refunds=sums.refunds.fill_null(ZERO), day=sums.day.fill_null(sums.came)))
        both = both.filter(~_usual(both))
        waiting = self.dates(both.filter(both.r < both.l), self.sides)
        late = waiting.filter((waiting.due_date < ibis.literal(self.as_of)).fill_null(False))
        return union_all(both.filter(both.r >= both.l), late.select(both.columns))

    def _begun(self, orders: Any) -> Any:
        """Orders with both sides, of days since the book's start or settled since in full."""
        both = orders.filter((orders.l_rows > 0) & (orders.r_rows > 0))
        start = self.sides.extra["rules"].start
        if start is None:
            return both
        settled_here = (both.r >= both.l) & (both.r + both.refunds > ZERO)
        return both.filter((both.day >= ibis.literal(start)).fill_null(True) | settled_here)

    def _with_borne(self, orders: Any) -> Any:
        """Orders with the platform's part of their money, where a rate asks for it."""
        if not any(rate.base == "paid" for rate, _until in self.card.versions):
            return orders.mutate(borne=ZERO)
        lines = self.sides.extra["orders"]
        lines = lines.filter(lines.borne_then != ZERO)
        borne = lines.group_by(b_scope=lines.shop, b_key=lines.order_no, b_currency=lines.currency).agg(
            told=_money(lines.borne_then.sum())
        )
        joined = orders.left_join(
            borne, [orders.scope == borne.b_scope, orders.key == borne.b_key, orders.currency == borne.b_currency]
        )
        return joined.mutate(borne=joined.told.fill_null(ZERO)).drop("b_scope", "b_key", "b_currency", "told")

    def _expected(self, sums: Any, other: Any) -> Any:
        """What each fee that has a rate should be of each order. Columns of EXPECTED, a row per order and fee type."""
        return union_all(*(self._of_type(sums, other, number, name) for number, name in enumerate(self.card.types)))

    def _of_type(self, sums: Any, other: Any, number: int, type_: str) -> Any:
        # Of all groups a column is taken at once that no other fee has: what two fees share would be held in between.
        told = self._begun(_charged_of(sums, number, type_))
        usual, apart = (
            self._orders(table, type_) for table in (told.filter(_usual(told)), _charged_of(other, number, type_))
        )
        rates = self.card.of_type(type_)
        parts = []
        if plain := self.card.shops(type_, by_category=False):
            for orders, on_bases in ((usual, _on_whole), (apart, _on_nearer)):
                parts.append(on_bases(_of_one_rate(orders.filter(orders.scope.isin(plain)), rates)))
        if several := self.card.shops(type_, by_category=True):
            both = union_all(*(conform(orders, ORDERS) for orders in (usual, apart)))
            parts.append(self._of_categories(both.filter(both.scope.isin(several)), rates))
        return union_all(*(conform(part, EXPECTED) for part in parts))

    def _orders(self, told: Any, type_: str) -> Any:
        """Orders of which a fee can be expected, in amounts that hold an order's money."""
        sums = ("l", "r", "refunds", "charged")
        orders = told.filter([told[name].abs() < NO_ORDER for name in sums])
        orders = orders.mutate(**{name: _money(orders[name]) for name in sums})
        if type_ not in ALWAYS_CHARGED:
            orders = orders.filter(orders.charged != ZERO)
        return self._with_borne(orders)

    def _ripe(self, apart: Any, lines: Any) -> Any:
        """What can be judged already, with what of the fee was `given` back."""
        last = lines.group_by(o_scope=lines.scope, o_key=lines.key, o_currency=lines.currency).agg(
            last=lines.date.max()
        )
        taken = lines.filter(lines.line_amount < ZERO)
        taken = taken.group_by(
            t_scope=taken.scope, t_key=taken.key, t_currency=taken.currency, t_type=taken.line_type
        ).agg(times=taken.count())
        given = lines.filter(lines.line_amount > ZERO)
        given = given.group_by(
            g_scope=given.scope, g_key=given.key, g_currency=given.currency, g_type=given.line_type
        ).agg(told=_money(given.line_amount.sum()))
        at = [apart.scope == last.o_scope, apart.key == last.o_key, apart.currency == last.o_currency]
        met = apart.inner_join(last, at)
        at = [met.scope == given.g_scope, met.key == given.g_key, met.currency == given.g_currency]
        met = met.left_join(given, [*at, met.type == given.g_type])
        at = [met.scope == taken.t_scope, met.key == taken.t_key, met.currency == taken.t_currency]
        met = met.left_join(taken, [*at, met.type == taken.t_type])
        met = met.mutate(
            given=met.told.fill_null(ZERO),
            tolerance=_money(met.tolerance + ibis.ifelse(met.times > 1, HALF_A_CENT * met.times, ZERO).fill_null(ZERO)),
        )
        fresh = (met["last"] >= self._grace_begins(met.scope)).fill_null(True)
        at_once = (met.apart > met.tolerance) & (met.refunds == ZERO)
        return met.filter(~fresh | at_once).select(*EXPECTED, "given")

    def _grace_begins(self, scope: Any) -> Any:
        """The first day that is not older than the shop's days of grace."""
        rules: Rules = self.sides.extra["rules"]
        grace: dict[str, int] = {}
        for rule, _until in rules_by_number(rules, self.sides.extra["shops"]):
            if rule.valid_from <= self.as_of:
                grace[rule.shop] = rule.grace
        shops: dict[int, list[str]] = {}
        for shop in sorted(grace):
            shops.setdefault(grace[shop], []).append(shop)
        first = {days: ibis.literal(self.as_of - timedelta(days=days)) for days in shops}
        usual = max(shops, key=lambda days: len(shops[days]))
        cases = [(scope.isin(shops[days]), first[days]) for days in sorted(shops) if days != usual]
        return ibis.cases(*cases, else_=first[usual]) if cases else first[usual]

    def _of_categories(self, orders: Any, rates: Any) -> Any:
        """Expected fees where rates depend on the category: of an order of one rate as without; of several rates the
        sum of each rate's part of the order lines, where the order's money agrees with them."""
        lines = self.sides.extra["orders"]
        lines = lines.group_by(
            p_scope=lines.shop, p_key=lines.order_no, p_currency=lines.currency, p_category=lines.category.fill_null("")
        ).agg(
            brings=_money(lines.brings.sum()),
            gone=_money(lines.refunded_then.sum()),
            own_borne=_money(lines.borne_then.sum()),
        )
        at = [orders.scope == lines.p_scope, orders.key == lines.p_key, orders.currency == lines.p_currency]
        met = orders.inner_join(lines, at)
        met = met.mutate(
            gone_of_all=_money(met.gone.sum().over(group_by=ORDER)),
            categories=met.p_category.count().over(group_by=ORDER),
        )
        holding = [met.scope == rates.rate_shop, met.day >= rates.valid_from, met.day < rates.valid_to]
        own = met.inner_join(
            rates.filter(rates.rate_category != ALL), [*holding, met.p_category == rates.rate_category]
        )
        rest = met.anti_join(own, [*ORDER, "p_category"])
        for_all = rates.filter(rates.rate_category == ALL)
        holding = [rest.scope == for_all.rate_shop, rest.day >= for_all.valid_from, rest.day < for_all.valid_to]
        rated = union_all(
            own.select(*met.columns, *RATES), rest.inner_join(for_all, holding).select(*met.columns, *RATES)
        )
        parts = rated.group_by([*ORDER, "rate_no"]).agg(
            **{name: rated[name].max() for name in (*SAME, *RATES) if name not in ("rate_no", "rate_shop")},
            **{name: _money(rated[name].sum()) for name in ("brings", "gone", "own_borne")},
            gone_of_all=rated.gone_of_all.max(),
            categories=rated.categories.max(),
            of_part=rated.count(),
        )
        whole = parts.of_part == parts.categories
        agrees = (parts.l == parts.r) & ((parts.refunds == ZERO) | (parts.refunds == parts.gone_of_all))
        mine = _money(parts.brings - ibis.ifelse(parts.on_paid, parts.own_borne, ZERO))
        back = ibis.ifelse(parts.refunds == ZERO, ZERO, parts.gone)
        parts = parts.mutate(whole=whole, agrees=agrees, mine=mine, mine_back=back)
        single = _on_bases(parts.filter(parts.whole))
        shared = parts.filter(~parts.whole & parts.agrees)
        shared = _due(shared, shared.mine, shared.mine_back)
        summed = shared.group_by(ORDER).agg(
            **{name: shared[name].max() for name in (*SAME, "tolerance")},
            **{name: _money(shared[name].sum()) for name in SUMMED},
            seen=shared.of_part.sum(),
            categories=shared.categories.max(),
            rate_no=ibis.null().cast("int64"),
            rate=ibis.null().cast(RATE_TYPE),
            valid_from=ibis.null().cast("date"),
            rate_category=ibis.literal(""),
        )
        complete = summed.filter(summed.seen == summed.categories)
        complete = complete.mutate(apart=_money(complete.charged - complete.expected))
        return union_all(conform(single, EXPECTED), conform(complete, EXPECTED))

    def _figures(self, fitting: Any, split: Any) -> Any:
        """What was judged, by rate and day, with what was found of it. Columns of AUDIT."""
        told = self.card.told()
        none = {"copied": ZERO, "not_returned": ZERO, "differs": ZERO}
        sums = union_all(
            *(
                rows.group_by(list(FIGURES)).agg(
                    orders=rows.count(),
                    concerned=((rows.copied != ZERO) | (rows.not_returned != ZERO) | (rows.differs != ZERO)).sum(),
                    base=rows.base.sum(),
                    charged=rows.charged.sum(),
                    expected=rows.expected.sum(),
                    copied=rows.copied.sum(),
                    found=(rows.not_returned + rows.differs).sum(),
                )
                for rows in (fitting.mutate(**none), split)
            )
        )
        added = sums.group_by(list(FIGURES)).agg(
            **{name: sums[name].sum() for name in sums.columns if name not in FIGURES}
        )
        named = added.left_join(told, added.rate_no == told.told_no)
        within = named.charged - named.expected - named.copied - named.found
        return conform(named.mutate(category=named.category.fill_null(""), within=within), AUDIT)


SAME = ("day", "l", "r", "refunds", "borne", "type", "charged")  # one value per order and fee
SUMMED = ("base", "expected", "returnable")
# One row per order and fee.
ORDERS = {
    "scope": "string", "key": "string", "currency": "string", "type": "string", "day": "date", "l": MONEY_TYPE,
    "r": MONEY_TYPE, "refunds": MONEY_TYPE, "charged": MONEY_TYPE, "borne": MONEY_TYPE,
}  # fmt: skip
# apart = charged - expected, copies included; returnable: how much of the fee the refunds should have given back.
EXPECTED = {
    "scope": "string", "key": "string", "currency": "string", "type": "string", "rate_no": "int64", "day": "date",
    "refunds": MONEY_TYPE, "charged": MONEY_TYPE, "rate": RATE_TYPE, "valid_from": "date", "rate_category": "string",
    "tolerance": MONEY_TYPE, "base": MONEY_TYPE, "expected": MONEY_TYPE, "returnable": MONEY_TYPE, "apart": MONEY_TYPE,
}  # fmt: skip


def _fits(table: Any) -> Any:
    return table.apart.abs() <= table.tolerance


def _usual(orders: Any) -> Any:
    """Whether an order brought what it should, and nothing was refunded."""
    return (orders.l == orders.r) & (orders.refunds == ZERO)


def _charged_of(sums: Any, number: int, type_: str) -> Any:
    """What the audit needs of the key pass's sums for one fee."""
    return sums.select(
        *ORDER,
        "l",
        "r",
        "l_rows",
        "r_rows",
        day=sums.day.fill_null(sums.came),
        refunds=sums.refunds.fill_null(ZERO),
        charged=sums[f"fee{number}"].fill_null(ZERO),
        type=ibis.literal(type_),
    )


def _of_one_rate(orders: Any, rates: Any) -> Any:
    """Orders with their rate where a shop has one for all its categories."""
    holding = [orders.scope == rates.rate_shop, orders.day >= rates.valid_from, orders.day < rates.valid_to]
    return orders.inner_join(rates, holding)


def _on_bases(orders: Any) -> Any:
    """Expected fees of whole orders."""
    usual = _usual(orders)
    return union_all(_on_whole(orders.filter(usual)), _on_nearer(orders.filter(~usual)))


def _on_whole(orders: Any) -> Any:
    """Expected fees of usual orders: on what was settled."""
    told = orders.mutate(base=_money(orders.r - _less(orders)))
    return _apart(told.mutate(expected=_fee(told, told.base), returnable=ZERO))


def _on_nearer(orders: Any) -> Any:
    """Expected fees on what was settled, or on what the order should bring if the fee fits that better."""
    orders = orders.mutate(less=_less(orders))
    other = _due(orders, _money(orders.r - orders.less), orders.refunds)
    owed = _money(other.l - other.less)
    other = other.mutate(owed_base=_money(ibis.ifelse(other.comes_back, owed, owed + other.refunds)))
    other = other.mutate(owed_expected=_fee(other, other.owed_base))
    nearer = (other.charged - other.owed_expected).abs() < (other.charged - other.expected).abs()
    return _apart(
        other.mutate(
            base=ibis.ifelse(nearer, other.owed_base, other.base),
            expected=ibis.ifelse(nearer, other.owed_expected, other.expected),
        )
    )


def _less(orders: Any) -> Any:
    """What of an order's money is no base: the platform's part, where the rate is on what was paid."""
    return ibis.ifelse(orders.on_paid, orders.borne, ZERO)


def _apart(table: Any) -> Any:
    return conform(table.mutate(apart=_money(table.charged - table.expected)), EXPECTED)


def _due(table: Any, after: Any, refunds: Any) -> Any:
    """Base and expected fee on what was left `after` refunds, and how much of the fee these should have given back."""
    before = _money(after + refunds)
    told = table.mutate(base=ibis.ifelse(table.comes_back, after, before), before=before)
    told = told.mutate(expected=_fee(told, told.base))
    returnable = ibis.ifelse(told.comes_back & (told.refunds != ZERO), _fee(told, told.before) - told.expected, ZERO)
    return told.mutate(returnable=_money(returnable))


def _lines(right: Any, apart: Any) -> Any:
    """The settlement lines of the orders in question."""
    return right.semi_join(apart, ORDER).select(
        *ORDER,
        "document_id",
        "source_row",
        "order_no",
        "date",
        line_type="type",
        line_amount="amount",
        line="record_key",
    )


def _split(apart: Any, copies: Any) -> Any:
    """What is apart, as copied + not returned + differs; the rest lies within the tolerance. Columns of EXPECTED with
    these; `charged` as it was, copies included."""
    if copies is None:
        told = apart.mutate(copied=ZERO)
    else:
        sums = copies.group_by(
            k_scope=copies.scope, k_key=copies.order_no, k_currency=copies.currency, k_type=copies.type
        ).agg(again=_money(ZERO - copies.amount.sum()))
        at = [apart.scope == sums.k_scope, apart.key == sums.k_key, apart.currency == sums.k_currency]
        joined = apart.left_join(sums, [*at, apart.type == sums.k_type])
        told = joined.mutate(copied=joined.again.fill_null(ZERO))
    told = told.mutate(over=_money(told.apart - told.copied))
    missing = ibis.least(ibis.greatest(told.returnable - told.given, ZERO), ibis.greatest(told.over, ZERO))
    told = told.mutate(not_returned=_money(ibis.ifelse(missing > told.tolerance, missing, ZERO)))
    rest = _money(told.over - told.not_returned)
    return told.mutate(differs=ibis.ifelse(rest.abs() > told.tolerance, rest, ZERO))


def _findings(split: Any, lines: Any) -> Any:
    """Rows beside the residuals (columns of NOTED), each at the last line that took the fee, else the order's last."""
    parts = union_all(
        *(
            split.filter(split[amount] != ZERO).mutate(finding=split[amount], **{"class": ibis.literal(class_)})
            for class_, amount in (("fee_not_returned", "not_returned"), ("fee_rate", "differs"))
        )
    )
    at = lines.rename(**{f"l_{name}": name for name in ORDER})
    met = parts.inner_join(at, [parts[name] == at[f"l_{name}"] for name in ORDER])
    took = (met.line_type == met.type) & (met.line_amount < ZERO)
    newest = [took.desc(), met.date.desc(), met.line.desc()]
    placed = met.mutate(place=ibis.row_number().over(ibis.window(group_by=[*ORDER, "type", "class"], order_by=newest)))
    first = placed.filter(placed.place == 0)
    about = first.scope + "\n" + first.key + "\n" + first.currency + "\n" + first.type
    return conform(first.mutate(about=about, amount=_money(ZERO - first.finding), evidence=_evidence(first)), NOTED)


def _evidence(row: Any) -> Any:
    """The evidence of a finding as JSON: its figures as plain decimal text."""
    own = _money(row.charged - row.copied)
    figures = {
        "type": row.type,
        "category": row.rate_category.fill_null(""),
        "rate": row.rate.cast("string").fill_null(""),
        "from": row.valid_from.cast("string").fill_null(""),
        "base": row.base.cast("string"),
        "expected": row.expected.cast("string"),
        "charged": own.cast("string"),
        "refunded": row.refunds.cast("string"),
        "returnable": row.returnable.cast("string"),
        "returned": row.given.cast("string"),
        "difference": row.finding.cast("string"),
    }
    return because.text(row["class"], figures)

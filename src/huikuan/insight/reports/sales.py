"""Sales comparison 销售对比: two periods, shops, platforms or products, and why their sales differ.

The change of net sales = volume + mix + price + new and gone products + what nobody told a quantity of + rounding +
refunds (`sales_effects`), to the cent; net sales of both sides are those of the collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from huikuan.insight.day_tables.by_day import table
from huikuan.insight.periods import compared_span, month_end
from huikuan.insight.reports.base import (
    FROM,
    SHOP,
    TO,
    Parameter,
    Report,
    ReportSource,
    finished,
    period_fact,
    period_text,
    unit_text,
)
from huikuan.insight.reports.sales_effects import Effect, Sold, effects
from huikuan.insight.reports.sold import DETAIL as SOLD
from huikuan.insight.reports.sold import UNTOLD
from huikuan.insight.reports.tables import Chart, Column, Control, ReportTable, Row, Section, Series, ratio_of
from huikuan.records.currency import decimals
from huikuan.records.errors import InvariantError, UserError
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import register, translated

ZERO = Decimal(0)
COMPARED = {
    "periods": _("Two periods"),
    "shops": _("Two shops"),
    "platforms": _("Two platforms"),
    "products": _("Two products"),
}
NO_PRODUCT = _("(no product told)")
MEANING = _(
    "Volume: the shop's products sold more or less often, at unchanged mix and price. Mix: dearer or cheaper products "
    "took a larger part of what was sold. Price: what was sold cost more or less per piece. Effects are taken within "
    "each shop, over the products sold on both sides."
)
ROUNDING = _("Each effect is rounded to the cent; what that leaves stands under rounding, so that all add up exactly.")
BASIS = _(
    "Sales are what buyers and platforms paid, before refunds, on the day of the order; net sales are after refunds."
)

register(
    {
        "report.sides": _("Choose what to compare: “%(parameter)s” and “base” have to name two different ones."),
        "report.effects": _("The effects of %(currency)s make %(found)s, the change is %(expected)s."),
    }
)

FIGURES_SQL = """
SELECT {group} AS grp, {name} AS name, max(title) AS title,
    coalesce(sum(lines) FILTER (base), 0)::BIGINT, coalesce(sum(quantity) FILTER (base), 0),
    coalesce(sum(sales) FILTER (base), 0), coalesce(sum(refunded) FILTER (base), 0),
    coalesce(sum(lines) FILTER (now), 0)::BIGINT, coalesce(sum(quantity) FILTER (now), 0),
    coalesce(sum(sales) FILTER (now), 0), coalesce(sum(refunded) FILTER (now), 0), currency
FROM (SELECT *, coalesce({base}, false) AS base, coalesce({now}, false) AS now
    FROM {sold} WHERE ({where}) AND ({base} OR {now}))
GROUP BY ALL ORDER BY currency, grp, name
"""


@dataclass(frozen=True)
class Sides:
    """The two sides: a condition on sold lines, true of the collection's rows too unless products are compared, and a
    label for each; what is compared within them."""

    base: str
    now: str
    base_label: str
    now_label: str
    group: str
    name: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Line:
    """One thing compared, with its refunds on both sides."""

    effect: Effect
    refunded_base: Decimal
    refunded: Decimal

    @property
    def sold(self) -> Sold:
        """What was sold of it."""
        return self.effect.sold


def make(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """Per currency: the effects, by shop, by product; new and gone products in lists of their own."""
    sides = sides_of(source, params)
    found, controls = _figures(source, params, sides)
    sections: list[Section] = []
    charts: list[Chart] = []
    for currency, lines in found.items():
        made = _sections(lines, currency, params["between"], days_of(sides))
        sections += made
        charts += _chart(made[0])
    facts = (
        *(() if params["between"] == "periods" else (period_fact(params),)),
        (translated(_("Compared")), sides.now_label),
        (translated(_("Base side")), sides.base_label),
    )
    notes = (MEANING, ROUNDING, BASIS) if found else ()
    return finished(REPORT, source, facts, sections, notes=notes, controls=controls, charts=charts)


def sides_of(source: ReportSource, params: Mapping[str, Any]) -> Sides:
    """What is compared with what. UserError `report.sides` where one of the two is not named, or both are the same."""
    kind = params["between"]
    if kind == "periods":
        last = params["to"] or source.as_of
        first = params["from"] or last.replace(day=1)
        before = period_before(first, last)
        base = (params["base_from"] or before[0], params["base_to"] or before[1])
        days = {"now_from": first, "now_to": last, "base_from": base[0], "base_to": base[1]}
        return Sides(
            "business_date BETWEEN $base_from AND $base_to", "business_date BETWEEN $now_from AND $now_to",
            period_text(*base), period_text(first, last), "shop", "product", days,
        )  # fmt: skip
    name = kind.removesuffix("s")
    now, base_name = params[name], params["base"]
    if not now or not base_name or now == base_name:
        raise UserError("report.sides", parameter=name)
    group, item = {"shop": ("''", "product"), "platform": ("''", "product"), "product": ("''", "shop")}[name]
    told, values = "", {"now": now, "base": base_name}
    if name == "platform":
        told = "shop IN (SELECT unnest(${}))"
        values = {side: [shop.name for shop in source.rules.shops if shop.platform == which]
                  for side, which in values.items()}  # fmt: skip
    else:
        told = f"{name} = ${{}}"
    return Sides(told.format("base"), told.format("now"), base_name, now, group, item, values)


def period_before(first: date, last: date) -> tuple[date, date]:
    """What a period is compared with where nobody says: the days so far of a month with those of the month before, else
    the whole months, or as many days, just before.

    >>> [day.isoformat() for day in period_before(date(2026, 3, 1), date(2026, 3, 30))]
    ['2026-02-01', '2026-02-28']
    """
    if first.day == 1 and (first.year, first.month) == (last.year, last.month):
        end = first - timedelta(days=1)
        return end.replace(day=1), end if last == month_end(last) else end.replace(day=min(last.day, end.day))
    return compared_span(first, last, "previous")


def _figures(
    source: ReportSource, params: Mapping[str, Any], sides: Sides
) -> tuple[dict[str, list[Line]], list[Control]]:
    """The things compared by currency, and that they are the collection's net sales."""
    conditions, chosen = ["true"], dict(sides.values)
    if params["between"] != "periods":
        for name, condition in (("from", "business_date >= $from_day"), ("to", "business_date <= $to_day")):
            if params[name]:
                conditions.append(condition)
                chosen[f"{name}_day"] = params[name]
    if params["shop"] and params["between"] != "shops":
        conditions.append("shop = $only_shop")
        chosen["only_shop"] = params["shop"]
    where = " AND ".join(conditions)
    query = FIGURES_SQL.format(
        group=sides.group, name=sides.name, base=sides.base, now=sides.now, sold=table(source, "product_days"),
        where=where,
    )  # fmt: skip
    found: dict[str, list[tuple[Any, ...]]] = {}
    for row in source.con.execute(query, chosen).fetchall():
        found.setdefault(row[-1], []).append(row)
    controls = [] if params["between"] == "products" else _controls(source, sides, where, chosen, found)
    return {currency: _lines(rows, currency) for currency, rows in found.items()}, controls


def _controls(
    source: ReportSource, sides: Sides, where: str, values: Mapping[str, Any], found: Mapping[str, list[Any]]
) -> list[Control]:
    """Net sales of both sides by product beside those of the collection, by order."""
    query = f"""SELECT currency, sum(paid + platform_borne - refunded) FILTER ({sides.base}),
        sum(paid + platform_borne - refunded) FILTER ({sides.now})
        FROM {table(source, "cube")} WHERE {where} GROUP BY ALL"""
    told = {row[0]: row[1:] for row in source.con.execute(query, dict(values)).fetchall()}
    controls = []
    for currency, rows in found.items():
        base, now = told.get(currency, (ZERO, ZERO))
        agrees = translated(_("net sales in the collection"))
        for label, made, expected in (
            (_("Net sales of the base"), sum((r[5] - r[6] for r in rows), ZERO), base),
            (_("Net sales compared"), sum((r[9] - r[10] for r in rows), ZERO), now),
        ):
            controls.append(Control(translated(label), made, agrees, expected or ZERO, currency))
    return controls


def _lines(rows: Sequence[tuple[Any, ...]], currency: str) -> list[Line]:
    things = [Sold(r[0] or "", r[1] or "", r[2] or "", r[3], r[4], r[5], r[7], r[8], r[9]) for r in rows]
    taken = effects(things, decimals(currency))
    return [Line(effect, row[6], row[10]) for effect, row in zip(taken, rows, strict=True)]


@dataclass(frozen=True)
class Days:
    """What the figures of each side ask for of the sold lines: its days. Blank where the sides are no periods: their
    figures open nothing."""

    base: Mapping[str, str] | None = None
    now: Mapping[str, str] | None = None


def days_of(sides: Sides) -> Days:
    """The days of both sides, where these are periods."""
    if "base_from" not in sides.values:
        return Days()
    told = {name: value.isoformat() for name, value in sides.values.items()}
    base, now = ({"from": told[f"{side}_from"], "to": told[f"{side}_to"]} for side in ("base", "now"))
    return Days(base, now)


def _sections(lines: Sequence[Line], currency: str, kind: str, days: Days) -> list[Section]:
    by = {state: [each for each in lines if each.sold.state == state] for state in ("kept", "new", "gone", "untold")}
    titles = effect_titles(kind)
    made = [_statement(lines, currency, titles, days)]
    if kind == "periods":
        made.append(_by_group(lines, currency, titles, days))
    made.append(_products(by["kept"], currency, kind, days))
    for state in ("new", "gone", "untold"):
        if by[state]:
            made.append(_apart(by[state], state, titles[state], currency, kind, days))
    return made


def _chart(statement: Section) -> list[Chart]:
    """What each effect made of the change."""
    parts = [row for row in statement.rows[1:-1] if row.values[1]]
    if not parts:
        return []
    series = Series(statement.columns[1].title, tuple(row.values[1] for row in parts))
    title = translated(_("What changed net sales"))
    return [Chart(title, "bars", tuple(row.values[0] for row in parts), (series,), unit=unit_text(statement.currency))]


def _sum(lines: Sequence[Line], of: Callable[[Line], Decimal]) -> Decimal:
    return sum((of(each) for each in lines), ZERO)


def _effect_sums(lines: Sequence[Line]) -> dict[str, Decimal]:
    """Effects of some things by name, in the order in which they are shown."""

    def other(state: str) -> Decimal:
        return _sum([each for each in lines if each.sold.state == state], lambda each: each.effect.other)

    return {
        "volume": _sum(lines, lambda each: each.effect.volume),
        "mix": _sum(lines, lambda each: each.effect.mix),
        "price": _sum(lines, lambda each: each.effect.price),
        "new": other("new"),
        "gone": other("gone"),
        "untold": other("untold"),
        "rounding": _sum(lines, lambda each: each.effect.rounding),
        "refunds": _sum(lines, lambda each: each.refunded_base - each.refunded),
    }


EFFECT_TITLES = {
    "volume": _("Volume effect"), "mix": _("Mix effect"), "price": _("Price effect"), "new": _("New products"),
    "gone": _("Products no longer sold"), "untold": _("Quantity not told"), "rounding": _("Rounding"),
    "refunds": _("Refunds"),
}  # fmt: skip
# What is not sold on both sides, where these are no periods.
SIDE_TITLES = {"new": _("Only on the compared side"), "gone": _("Only on the base's side")}
RARE = ("untold", "rounding")  # left out of tables by shop where they are zero everywhere


def effect_titles(kind: str) -> dict[str, str]:
    """What the effects are called, in the active language."""
    titles = EFFECT_TITLES if kind == "periods" else EFFECT_TITLES | SIDE_TITLES
    return {name: translated(title) for name, title in titles.items()}


def _statement(lines: Sequence[Line], currency: str, titles: Mapping[str, str], days: Days) -> Section:
    base = _sum(lines, lambda each: each.sold.sales_base - each.refunded_base)
    now = _sum(lines, lambda each: each.sold.sales - each.refunded)
    sums = _effect_sums(lines)
    columns = (
        Column("what", translated(_("What changed"))),
        Column("amount", translated(_("Amount")), "money", drill={}),
        Column("share", translated(_("Of the base")), "rate"),
    )
    parts = [(translated(_("Net sales of the base")), base)]
    parts += [(titles[name], amount) for name, amount in sums.items()]
    rows = [Row((word, amount, ratio_of(amount, base))) for word, amount in parts]
    adds = tuple((number, 1) for number in range(len(rows)))
    rows.append(Row((translated(_("Net sales compared")), now, ratio_of(now, base)), "total", adds=adds))
    for place, asked in ((0, days.base), (-1, days.now)):
        if asked:
            rows[place] = replace(rows[place], drill=dict(asked), target=SOLD)
    if base + sum(sums.values(), ZERO) != now:
        raise InvariantError(
            "report.sales_total", currency=currency, found=base + sum(sums.values(), ZERO), expected=now
        )
    return Section(
        translated(_("Effects")), columns, tuple(rows), "", currency, detail=False, zero_shown=True,
        drill={"currency": currency, "product": ""},
    )  # fmt: skip


def _by_group(lines: Sequence[Line], currency: str, titles: Mapping[str, str], days: Days) -> Section:
    groups = sorted({each.sold.group for each in lines})
    sums = {group: _effect_sums([each for each in lines if each.sold.group == group]) for group in groups}
    shown = [name for name in EFFECT_TITLES if name not in RARE or any(each[name] for each in sums.values())]
    columns = (
        Column("shop", translated(_("Shop"))),
        Column("base", translated(_("Net sales of the base")), "money", total=True, drill=days.base),
        Column("now", translated(_("Net sales compared")), "money", total=True, drill=days.now),
        Column("change", translated(_("Change")), "money", total=True),
        Column("rate", translated(_("Change in %")), "rate", ratio=("change", "base")),
        *(Column(name, titles[name], "money", total=True) for name in shown),
    )
    rows = []
    for group in groups:
        own = [each for each in lines if each.sold.group == group]
        base = _sum(own, lambda each: each.sold.sales_base - each.refunded_base)
        now = _sum(own, lambda each: each.sold.sales - each.refunded)
        effects_shown = (sums[group][name] for name in shown)
        rows.append(
            Row((group, base, now, now - base, ratio_of(now - base, base), *effects_shown), drill={"shop": group})
        )
    return Section(
        translated(_("By shop")), columns, tuple(rows), translated(_("Total")), currency, target=SOLD,
        drill={"currency": currency, "product": ""},
    )  # fmt: skip


def _product_row(values: tuple[Any, ...], each: Line, kind: str) -> Row:
    """The row of a product; its figures of one side open its sold lines. Those of the totals row open nothing: lines
    are of all products, not of those of one section."""
    if kind != "periods":
        return Row(values)
    return Row(values, drill={"shop": each.sold.group, "product": each.sold.name or UNTOLD}, target=SOLD)


def _product_section(title: str, columns: tuple[Column, ...], rows: Sequence[Row], currency: str) -> Section:
    return Section(title, columns, tuple(rows), translated(_("Total")), currency, drill={"currency": currency})


def _name_columns(kind: str) -> tuple[Column, ...]:
    if kind == "products":
        return (Column("shop", translated(_("Shop"))),)
    product = Column("product", translated(_("Product")))
    return (Column("shop", translated(_("Shop"))), product) if kind == "periods" else (product,)


def _names(each: Line, kind: str) -> tuple[str, ...]:
    if kind == "products":
        return (each.sold.name,)
    sold = each.sold
    name = sold.name or translated(NO_PRODUCT)
    name = f"{name} {sold.title}" if sold.title and sold.title != sold.name else name
    return (sold.group, name) if kind == "periods" else (name,)


def _unit_price(amount: Decimal, quantity: Decimal, currency: str) -> Decimal | None:
    return (amount / quantity).quantize(Decimal(1).scaleb(-decimals(currency))) if quantity else None


def _products(lines: Sequence[Line], currency: str, kind: str, days: Days) -> Section:
    columns = (
        *_name_columns(kind),
        Column("quantity_base", translated(_("Pieces, base")), "count", total=True, drill=days.base),
        Column("quantity", translated(_("Pieces")), "count", total=True, drill=days.now),
        Column("price_base", translated(_("Price, base")), "money"),
        Column("price_now", translated(_("Price")), "money"),
        Column("sales_base", translated(_("Sales, base")), "money", total=True, drill=days.base),
        Column("sales", translated(_("Sales")), "money", total=True, drill=days.now),
        Column("change", translated(_("Change")), "money", total=True),
        *(Column(name, translated(EFFECT_TITLES[name]), "money", total=True)
          for name in ("volume", "mix", "price", "rounding")),
    )  # fmt: skip
    rows = []
    for each in sorted(lines, key=lambda line: (line.sold.group, -abs(line.sold.change), line.sold.name)):
        sold, effect = each.sold, each.effect
        rows.append(
            _product_row(
                (*_names(each, kind), _pieces(sold.quantity_base), _pieces(sold.quantity),
                 _unit_price(sold.sales_base, sold.quantity_base, currency),
                 _unit_price(sold.sales, sold.quantity, currency), sold.sales_base, sold.sales, sold.change,
                 effect.volume, effect.mix, effect.price, effect.rounding),
                each, kind,
            )
        )  # fmt: skip
    title = translated(_("Shops selling both") if kind == "products" else _("Products sold on both sides"))
    return _product_section(title, columns, rows, currency)


def _apart(lines: Sequence[Line], state: str, title: str, currency: str, kind: str, days: Days) -> Section:
    """New, gone, or not told how often: what was sold on the one side or on both."""
    columns = (
        *_name_columns(kind),
        Column(
            "quantity", translated(_("Pieces")), "count", total=True, drill=days.base if state == "gone" else days.now
        ),
        *(
            (Column("sales_base", translated(_("Sales, base")), "money", total=True, drill=days.base),)
            if state != "new"
            else ()
        ),
        *((Column("sales", translated(_("Sales")), "money", total=True, drill=days.now),) if state != "gone" else ()),
        Column("change", translated(_("Change")), "money", total=True),
    )
    rows = []
    for each in sorted(lines, key=lambda line: (line.sold.group, -abs(line.sold.change), line.sold.name)):
        sold = each.sold
        quantity = sold.quantity_base if state == "gone" else sold.quantity
        amounts = {"new": (sold.sales,), "gone": (sold.sales_base,)}.get(state, (sold.sales_base, sold.sales))
        rows.append(_product_row((*_names(each, kind), _pieces(quantity), *amounts, sold.change), each, kind))
    return _product_section(title, columns, rows, currency)


def _pieces(quantity: Decimal) -> int | Decimal:
    return int(quantity) if quantity == quantity.to_integral_value() else quantity.normalize()


REPORT = Report(
    "sales-comparison",
    _("Sales comparison"),
    _("Two periods, shops, platforms or products: how far price, volume and mix explain the change of sales."),
    (
        Parameter("between", _("Compare"), default="periods", choices=tuple(COMPARED), words=COMPARED),
        FROM,
        TO,
        Parameter("base_from", _("Base from"), "date"),
        Parameter("base_to", _("Base to"), "date"),
        SHOP,
        Parameter("platform", _("Platform")),
        Parameter("product", _("Product")),
        Parameter("base", _("Base: shop, platform or product")),
    ),
    make,
    needs=("collection", "order_line"),
    group="sales",
)

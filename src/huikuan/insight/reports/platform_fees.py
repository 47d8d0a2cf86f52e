"""Platform fees 平台费用: what platforms charged, by type, shop and period, with the effective rate.

Fees belong to the day of their settlement line. effective rate = fees / settled before fees, of the same period. Fees
of known orders, of all days, are held against the collection; fees that name no known order are counted too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from huikuan.insight.collection.movements import LINE_TABLE, build_lines
from huikuan.insight.day_tables.by_day import table
from huikuan.insight.periods import span_sql
from huikuan.insight.reports.base import (
    FROM,
    PERIODS,
    SHOP,
    TO,
    Parameter,
    Report,
    ReportSource,
    finished,
    period_fact,
    unit_text,
)
from huikuan.insight.reports.comparison import COMPARE, compared_columns, compared_fact, compared_values, span_before
from huikuan.insight.reports.listing import conditions, lists_by_currency
from huikuan.insight.reports.tables import Chart, Column, Control, ReportTable, Row, Section, Series, ratio_of
from huikuan.insight.words import TYPES, word_of
from huikuan.records.codes import FEE_TYPES
from huikuan.records.kind import record_key_parts
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

ZERO = Decimal(0)
DETAIL = "fee-lines"
FEES = "-sum(amount) FILTER (is_fee)"
BRIEF = ("gross",)  # compared without its change
SHOPS_MAX = 6  # columns of the table of types and shops; further shops together
INSIDE = """currency = $currency AND ($first::DATE IS NULL OR day >= $first) AND ($last::DATE IS NULL OR day <= $last)
  AND ($shop = '' OR shop = $shop)"""
FIGURES_SQL = f"""
SELECT {{by}} AS name, coalesce({FEES}, 0)::DECIMAL(38,5) AS fees,
    coalesce(sum(amount) FILTER (is_gross), 0)::DECIMAL(38,5) AS gross,
    coalesce(-sum(amount) FILTER (is_fee AND NOT known), 0)::DECIMAL(38,5) AS unknown
FROM {{lines}} WHERE {INSIDE} AND (is_fee OR is_gross) GROUP BY ALL ORDER BY name
"""
CROSS_SQL = f"""
SELECT type, shop, {FEES}::DECIMAL(38,5) AS fees FROM {{lines}} WHERE {INSIDE} AND is_fee GROUP BY ALL
"""
KNOWN_SQL = f"""
SELECT coalesce({FEES}, 0)::DECIMAL(38,5) AS found, (
    SELECT coalesce(sum(fees), 0)::DECIMAL(38,5) FROM {{collection}}
    WHERE currency = $currency AND ($shop = '' OR shop = $shop)
) AS told FROM {{lines}} WHERE known AND currency = $currency AND ($shop = '' OR shop = $shop)
"""


def make(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """Per currency: types by shops, then by type, shop and period beside the period before."""
    lines, cube = table(source, "settled_days"), table(source, "cube")
    before = span_before(params)
    sections, controls, charts = [], [], []
    for row in source.rows(f"SELECT DISTINCT currency FROM {lines} WHERE is_fee ORDER BY 1"):
        currency = row["currency"]
        values = {**params, "currency": currency, "first": params["from"], "last": params["to"]}
        whole = _figures(source, lines, "''", values)
        if not whole:
            continue
        gross, fees = whole[""]["gross"], whole[""]["fees"]
        cross = _cross(source, lines, values, gross, currency)
        made = [
            _table(source, lines, by, title, values, before, currency, gross)
            for by, title in (("type", _("By type")), ("shop", _("By shop")), (params["by"], PERIODS[params["by"]]))
        ]
        sections += [cross, *made]
        charts.append(_chart(cross))
        agrees = translated(_("fees of the period in all"))
        for section in (cross, *made):
            totals = section.totals() or ()
            controls.append(Control(section.title, totals[section.index("fees")], agrees, fees, currency))
        told = source.rows(KNOWN_SQL.format(collection=cube, lines=lines), values)[0]
        controls.append(
            Control(translated(_("Fees of known orders, all days")), told["found"], translated(_("the collection's")),
                    told["told"], currency)
        )  # fmt: skip
    facts = (period_fact(params), *compared_fact(before))
    return finished(REPORT, source, facts, sections, notes=NOTES, controls=controls, charts=charts)


def _figures(source: ReportSource, lines: str, by: str, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["name"] or "": row for row in source.rows(FIGURES_SQL.format(by=by, lines=lines), values)}


def _cross(source: ReportSource, lines: str, values: Mapping[str, Any], gross: Decimal, currency: str) -> Section:
    """Fee types by shops, the shops that pay most first."""
    cells: dict[str, dict[str, Decimal]] = {}
    of_shop: dict[str, Decimal] = {}
    for row in source.rows(CROSS_SQL.format(lines=lines), values):
        cells.setdefault(row["type"], {})[row["shop"]] = row["fees"]
        of_shop[row["shop"]] = of_shop.get(row["shop"], ZERO) + row["fees"]
    shops = sorted(of_shop, key=lambda shop: (-of_shop[shop], shop))
    kept, others = (shops, []) if len(shops) <= SHOPS_MAX else (shops[: SHOPS_MAX - 1], shops[SHOPS_MAX - 1 :])
    columns = [Column("type", translated(_("Fee")))]
    columns += [Column(f"shop_{n}", _shop_word(shop), "money", total=True, drill={"shop": shop} if shop else None)
                for n, shop in enumerate(kept)]  # fmt: skip
    if others:
        columns.append(Column("others", translated(_("Other shops")), "money", total=True))
    columns += [
        Column("fees", translated(_("Fees")), "money", total=True, definition=translated(CHARGED), drill={}),
        Column("rate", translated(_("Effective rate")), "rate", definition=translated(RATE)),
    ]
    rows = []
    for type_ in sorted(cells, key=lambda name: (-sum(cells[name].values()), name)):
        line = cells[type_]
        figures = [line.get(shop, ZERO) for shop in kept]
        figures += [sum((line.get(shop, ZERO) for shop in others), ZERO)] if others else []
        fees = sum(line.values(), ZERO)
        rows.append(Row((word_of("type", type_), *figures, fees, ratio_of(fees, gross)), drill={"type": type_}))
    whole = {"rate": ratio_of(sum(of_shop.values(), ZERO), gross)}
    return Section(
        translated(_("Fees by type and shop")), tuple(columns), tuple(rows), translated(_("Total")), currency,
        target=DETAIL, drill={"currency": currency}, whole=whole,
    )  # fmt: skip


def _shop_word(shop: str) -> str:
    """A shop, or what lines of no shop stand under."""
    return shop or translated(_("No shop"))


def _table(
    source: ReportSource, lines: str, by: str, title: str, values: Mapping[str, Any], before: tuple[date, date] | None,
    currency: str, gross: Decimal,
) -> Section:  # fmt: skip
    """Fees and effective rate by one thing. Types are measured by what the period settled in all."""
    sql = span_sql("day", by) if by in PERIODS else by
    now = _figures(source, lines, sql, values)
    then: dict[str, dict[str, Any]] = {}
    if before and by not in PERIODS:
        then = _figures(source, lines, sql, {**values, "first": before[0], "last": before[1]})
    own_gross = by != "type"
    base = [
        Column("gross", translated(_("Settled before fees")), "money", total=own_gross, definition=translated(GROSS)),
        Column("fees", translated(_("Fees")), "money", total=True, definition=translated(CHARGED), drill={}),
        Column("rate", translated(_("Effective rate")), "rate", ratio=("fees", "gross") if own_gross else None,
               definition=translated(RATE)),
    ]  # fmt: skip
    gross_then = sum((row["gross"] for row in then.values()), ZERO)
    compared = base[1:] if by == "type" else base
    columns = list(compared) if not then else compared_columns(compared, BRIEF)
    rows = []
    for name in sorted({*now, *then}, key=lambda key: key if by in PERIODS else ""):
        figures = _line(now.get(name), own_gross, gross)
        others = _line(then.get(name), own_gross, gross_then)
        if by == "type":
            figures, others = figures[1:], others[1:]
            if not figures[0] and not others[0]:
                continue
        label = word_of("type", name) if by == "type" else _shop_word(name)
        shown = compared_values(compared, figures, others, BRIEF) if then else figures
        rows.append(Row((label, *shown), drill={by: name} if name else {}))
    if by not in PERIODS:
        place = [c.key for c in columns].index("fees") + 1
        rows.sort(key=lambda row: -row.values[place])
    whole = {}
    if by == "type":
        charged, earlier = (sum((each["fees"] for each in rows_.values()), ZERO) for rows_ in (now, then))
        whole = {"rate": ratio_of(charged, gross), "rate_before": ratio_of(earlier, gross_then)}
    head = Column(by, translated({"type": _("Fee"), "shop": _("Shop")}.get(by, _("Period"))))
    return Section(
        translated(title), (head, *columns), tuple(rows), translated(_("Total")), currency, target=DETAIL,
        drill={"currency": currency}, whole=whole,
    )  # fmt: skip


def _line(row: Mapping[str, Any] | None, own_gross: bool, gross: Decimal) -> list[Any]:
    fees = row["fees"] if row else ZERO
    base = (row["gross"] if row else ZERO) if own_gross else gross
    return [base, fees, ratio_of(fees, base)]


def _chart(cross: Section) -> Chart:
    """One bar a shop, parted by type; the least types together."""
    shops = [n for n, column in enumerate(cross.columns) if column.key.startswith("shop_") or column.key == "others"]
    most, rest = cross.rows[:5], cross.rows[5:]
    series = [Series(str(row.values[0]), tuple(row.values[n] for n in shops)) for row in most]
    if rest:
        sums = tuple(sum((row.values[n] for row in rest), ZERO) for n in shops)
        series.append(Series(translated(_("Others")), sums, "#7A8591"))
    names = tuple(cross.columns[n].title for n in shops)
    drills = tuple({**cross.drill, **(cross.columns[n].drill or {})} for n in shops)
    title, unit = translated(_("Fees by shop and type")), unit_text(cross.currency)
    return Chart(title, "stacked", names, tuple(series), unit=unit, target=DETAIL, drills=drills)


def make_list(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """The settlement lines behind a figure, the latest first."""
    build_lines(source)
    told = {
        "shop": "shop = $shop", "type": "type = $type", "currency": "currency = $currency", "from": "day >= $from",
        "to": "day <= $to", "known": "known = ($known = 'yes')",
    }  # fmt: skip
    where = conditions(told, params, "is_fee")
    columns = (
        Column("order_no", translated(_("Order"))),
        Column("shop", translated(_("Shop"))),
        Column("date", translated(_("Date")), "date"),
        Column("type", translated(_("Fee"))),
        Column("item", translated(_("Wording"))),
        Column("account", translated(_("Wallet"))),
        Column("fee", translated(_("Fee")), "money", total=True, drill={}),
        Column("flow_no", translated(_("Flow number")), drill={}),
    )

    def line(row: Mapping[str, Any]) -> Row:
        values = (
            row["order_no"], row["shop"], row["business_date"], word_of("type", row["type"]), row["item"] or "",
            row["account"], row["fee"], record_key_parts(row["record_key"])[1][1],
        )  # fmt: skip
        return Row(values, drill={"record_key": row["record_key"]}, target="source")

    sections = lists_by_currency(
        source, _("Fee lines"), LINE_TABLE, where, "day DESC, record_key", params, columns, line, ", -amount AS fee"
    )
    return finished(LINES, source, (period_fact(params),), sections)


CHARGED = _("What platforms charged, by the day of the settlement line; a fee that came back counts negative.")
GROSS = _("Sales, subsidies and freight that were settled, less refunds, by the same days.")
RATE = _("Fees of what was settled before fees in the same period.")
NOTES = (
    _("Fees that name no known order are counted with the shop of their bill."),
)  # fmt: skip
YES_NO = {"": _("all"), "yes": _("Yes"), "no": _("No")}
REPORT = Report(
    "platform-fees",
    _("Platform fees"),
    _("What the platforms charged, by type, shop and period, with the effective rate."),
    (FROM, TO, Parameter("by", _("Period"), default="month", choices=tuple(PERIODS), words=PERIODS), SHOP, COMPARE),
    make,
    needs=("settlement_line", "collection"),
    group="sales",
)
LINES = Report(
    DETAIL,
    _("Fee lines"),
    _("The settlement lines behind a figure of the fees."),
    (
        FROM, TO, SHOP, Parameter("type", _("Fee"), choices=("", *FEE_TYPES, "freight"), words={"": _("all")} | TYPES),
        Parameter("known", _("Of a known order"), choices=tuple(YES_NO), words=YES_NO),
        Parameter("currency", _("Currency"), hidden=True),
    ),
    make_list,
    needs=("settlement_line", "collection"),
    group="sales",
    detail=True,
)  # fmt: skip

"""Receivables roll-forward 应收变动表: opening + sold - refunded - fees - collected - written off = closing.

Opening and closing are two states of the receivable, told by the movements up to the day before the period and up to
its end (`movements`, where each kind is held against the collection). Where the period ends on the run's day, closing
is told a second time by where the money is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from huikuan.insight.collection.movements import DEFINITIONS, KIND_WORDS, SIGNS, asked, build_movements, controls
from huikuan.insight.day_tables.by_day import build_movement_days, table
from huikuan.insight.periods import ONE_DAY, span_name, spans
from huikuan.insight.reports.base import FROM, PERIODS, SHOP, TO, Parameter, Report, ReportSource, finished, period_fact
from huikuan.insight.reports.listing import lists_by_currency
from huikuan.insight.reports.tables import Column, Control, Equation, ReportTable, Row, Section
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

ZERO = Decimal(0)
DETAIL = "receivable-movements"
SPANS_MAX = 400
SUMS_SQL = """
SELECT shop, currency, kind, CASE WHEN day < $first THEN 'opening' ELSE 'period' END AS part, {step} AS start,
    sum(amount)::DECIMAL(38,5) AS amount
FROM {movements} WHERE day <= $last AND ($shop = '' OR shop = $shop) GROUP BY ALL
"""
PLACES_SQL = """
SELECT sum(settled_not_collected - in_transit)::DECIMAL(38,5) AS in_wallets,
    sum(in_transit)::DECIMAL(38,5) AS in_transit, sum(not_due)::DECIMAL(38,5) AS not_due,
    sum(overdue)::DECIMAL(38,5) AS overdue, sum(disputed)::DECIMAL(38,5) AS disputed
FROM {collection} WHERE currency = $currency AND ($shop = '' OR shop = $shop)
"""
PLACE_WORDS = {
    "not_due": _("Not due"), "in_wallets": _("In wallets"), "in_transit": _("In transit"), "overdue": _("Overdue"),
    "disputed": _("Disputed"),
}  # fmt: skip


def make(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """Per currency: by shop, by day, week or month, and where the closing receivable is."""
    movements, cube = build_movement_days(source), table(source, "cube")
    first, last = _span(source, movements, params)
    step = f"date_trunc('{params['by']}', day)::DATE"
    values = {"first": first, "last": last, "shop": params["shop"]}
    found = source.rows(SUMS_SQL.format(movements=movements, step=step), values)
    sections, equations, checks = [], [], []
    for currency in sorted({row["currency"] for row in found}):
        own = [row for row in found if row["currency"] == currency]
        shops = _shops(own, currency, params, first)
        totals = shops.totals() or ()
        sections += [shops, _periods(own, currency, params, first, last)]
        equations.append(_equation(shops, totals, currency))
        checks += controls(source, movements, cube, currency, params["shop"])
        closing = totals[shops.index("closing")]
        label, agrees = translated(_("Closing by shop")), translated(_("closing by period"))
        checks.append(Control(label, closing, agrees, sections[-1].rows[-1].values[-1], currency))
        if last >= source.as_of:
            places, total = _places(source, cube, currency, params)
            sections.append(places)
            checks.append(
                Control(translated(_("Closing")), closing, translated(_("where the money is")), total, currency)
            )
    told = {**params, "from": first, "to": last}
    return finished(REPORT, source, (period_fact(told),), sections, notes=NOTES, controls=checks, equations=equations)


def _span(source: ReportSource, movements: str, params: Mapping[str, Any]) -> tuple[date, date]:
    """The period; what is left open is the first movement and the run's day."""
    last = min(params["to"] or source.as_of, source.as_of)
    told = source.rows(f"SELECT min(day) AS day FROM {movements} WHERE year(day) > 1900")
    first = params["from"] or (told[0]["day"] if told and told[0]["day"] else last)
    return min(first, last), last


def _columns(head: Column, first: date) -> tuple[Column, ...]:
    before = {"from": "", "to": (first - ONE_DAY).isoformat(), "kind": ""}
    kinds = [
        Column(
            kind, translated(KIND_WORDS[kind]), "money", total=True, definition=translated(DEFINITIONS[kind]),
            drill={"kind": kind},
        )
        for kind in SIGNS
    ]  # fmt: skip
    return (
        head,
        Column("opening", translated(_("Opening")), "money", total=True, definition=translated(OPENING), drill=before),
        *kinds,
        Column(
            "closing", translated(_("Closing")), "money", total=True, definition=translated(CLOSING), drill=ALL_UNTIL
        ),
    )


ALL_UNTIL = {"from": "", "kind": ""}


def _shops(found: list[dict[str, Any]], currency: str, params: Mapping[str, Any], first: date) -> Section:
    lines: dict[str, dict[str, Decimal]] = {}
    for row in found:
        line = lines.setdefault(row["shop"] or "", dict.fromkeys(("opening", *SIGNS), ZERO))
        if row["part"] == "opening":
            line["opening"] += SIGNS[row["kind"]] * row["amount"]
        else:
            line[row["kind"]] += row["amount"]
    rows = [Row((shop, *line.values(), _closing(line)), drill={"shop": shop}) for shop, line in sorted(lines.items())]
    columns = _columns(Column("shop", translated(_("Shop"))), first)
    return Section(
        translated(_("By shop")), columns, tuple(rows), translated(_("Total")), currency, zero_shown=True,
        target=DETAIL, drill={"currency": currency, "shop": params["shop"]},
    )  # fmt: skip


def _closing(line: Mapping[str, Decimal]) -> Decimal:
    return line["opening"] + sum((sign * line[kind] for kind, sign in SIGNS.items()), ZERO)


def _periods(found: list[dict[str, Any]], currency: str, params: Mapping[str, Any], first: date, last: date) -> Section:
    """Each day, week or month opens with what the one before closed with."""
    opening = sum((SIGNS[row["kind"]] * row["amount"] for row in found if row["part"] == "opening"), ZERO)
    rows = []
    by = params["by"]
    for start, end in list(spans(first, last, by))[-SPANS_MAX:]:
        line = dict.fromkeys(("opening", *SIGNS), ZERO) | {"opening": opening}
        for row in found:
            if row["part"] == "period" and max(row["start"], first) == start:
                line[row["kind"]] += row["amount"]
        opening = _closing(line)
        days = {"from": start.isoformat(), "to": end.isoformat()}
        rows.append(Row((span_name(start, by), *line.values(), opening), drill=days))
    plain = [
        Column(c.key, c.title, c.type, drill=c.drill if c.key in SIGNS else None)
        for c in _columns(Column("period", translated(_("Period"))), first)
    ]
    return Section(
        translated(PERIODS[by]), tuple(plain), tuple(rows), "", currency, zero_shown=True, target=DETAIL,
        drill={"currency": currency, "shop": params["shop"]},
    )  # fmt: skip


def _equation(shops: Section, totals: tuple[Any, ...], currency: str) -> Equation:
    terms = []
    for column, total in zip(shops.columns[1:], totals[1:], strict=True):
        sign = {"opening": "", "sold": "+", "closing": "="}.get(column.key, "−")
        if total or column.key in ("opening", "closing", "sold", "collected"):
            terms.append((sign, column.title, total))
    return Equation(translated(_("Roll-forward")), tuple(terms), currency)


def _places(source: ReportSource, cube: str, currency: str, params: Mapping[str, Any]) -> tuple[Section, Decimal]:
    told = source.rows(PLACES_SQL.format(collection=cube), {"currency": currency, "shop": params["shop"]})[0]
    columns = (
        Column("place", translated(_("Where it is"))),
        Column("amount", translated(_("Amount")), "money", total=True, drill={}),
    )
    rows = tuple(
        Row((translated(word), told[place]), drill={"figure": place, "currency": currency, "from": ""})
        for place, word in PLACE_WORDS.items()
        if told[place]
    )
    title = translated(_("Where the closing receivable is"))
    section = Section(
        title, columns, rows, translated(_("Total")), currency, detail=False, zero_shown=True, target="collection"
    )
    return section, sum((told[place] for place in PLACE_WORDS), ZERO)


def make_list(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """The movements behind a figure, the latest first."""
    movements = build_movements(source)
    where, values = asked(params)
    columns = (
        Column("order_no", translated(_("Order"))),
        Column("shop", translated(_("Shop"))),
        Column("day", translated(_("Date")), "date"),
        Column("kind", translated(_("Movement"))),
        Column("amount", translated(_("Amount")), "money", total=True),
        Column("effect", translated(_("Effect on the receivable")), "money", total=True),
    )
    signed = " ".join(f"WHEN '{kind}' THEN {sign} * amount" for kind, sign in SIGNS.items())
    effect = f", (CASE kind {signed} END)::DECIMAL(18,5) AS effect"

    def line(row: Mapping[str, Any]) -> Row:
        kind = translated(KIND_WORDS[row["kind"]])
        return Row((row["order_no"], row["shop"], row["day"], kind, row["amount"], row["effect"]))

    order = "day DESC, amount DESC, order_no, kind"
    sections = lists_by_currency(source, _("Movements"), movements, where, order, values, columns, line, effect)
    return finished(MOVEMENTS, source, (period_fact(params),), sections)


OPENING = _("The receivable at the end of the day before the period: all movements up to then.")
CLOSING = _("The receivable at the end of the period: opening and the movements of the period.")
NOTES = (
    _("Opening + sold − refunded − fees − collected − written off = closing."),
    _("An order that was cancelled since brings nothing on any day, as in the collection."),
)
REPORT = Report(
    "receivables-roll-forward",
    _("Receivables roll-forward"),
    _("How the receivable came from its opening to its closing amount: sold, refunded, fees, collected, written off."),
    (FROM, TO, Parameter("by", _("Period"), default="week", choices=tuple(PERIODS), words=PERIODS), SHOP),
    make,
    needs=("collection", "collection_share", "order_line"),
    group="accounts",
)
MOVEMENTS = Report(
    DETAIL,
    _("Movements of the receivable"),
    _("What was sold, refunded, charged, collected and written off, order by order and day by day."),
    (
        Parameter("kind", _("Movement"), choices=("", *SIGNS), words={"": _("all")} | KIND_WORDS), FROM, TO, SHOP,
        Parameter("currency", _("Currency"), hidden=True),
    ),
    make_list,
    needs=("collection", "collection_share", "order_line"),
    group="accounts",
    detail=True,
)  # fmt: skip

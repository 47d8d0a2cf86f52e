"""Reconciliation report 对账报告, by day, week or month: what was imported, what was matched, what is open.

For each reconciliation and side:  open before + new - closed = open after, in records and in money.

A record is new on its own day and closed on the last day of the records it was matched with, so the state of any day
is told from the results of today. On the run's day, open after is held against the reconciliation's statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from huikuan.insight.periods import span_name, spans
from huikuan.insight.recon_words import recon_word, side_word
from huikuan.insight.reports.base import FROM, PERIODS, TO, Parameter, Report, ReportSource, finished, period_fact
from huikuan.insight.reports.tables import Chart, Column, Control, ReportTable, Row, Section, Series, ratio_of
from huikuan.records.document import Document
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated
from huikuan.records.rules import BEGINNING

ZERO = Decimal(0)
SPANS_MAX = 400
# Parts of records, each with the day it came and the day it was closed on (null: open), by period.
# Grain: the day a record came, the day its group was whole (null: open), and whether that differs.
FLOWS_SQL = f"""
CREATE OR REPLACE TEMP TABLE {{flows}} AS
WITH grouped AS (
    SELECT group_id, max(coalesce(date, DATE '{BEGINNING}')) AS closed_on, any_value(status) AS status
    FROM {{links}} GROUP BY group_id
), part AS (
    SELECT l.side, l.currency, coalesce(l.date, DATE '{BEGINNING}') AS day,
        greatest(g.closed_on, coalesce(l.date, DATE '{BEGINNING}')) AS closed_on,
        g.status IN ('difference', 'forced') AS differs, l.allocated AS amount
    FROM {{links}} l JOIN grouped g USING (group_id)
    UNION ALL BY NAME SELECT side, currency, coalesce(date, DATE '{BEGINNING}') AS day, NULL::DATE AS closed_on,
        false AS differs, amount FROM {{opened}} WHERE coalesce(record_key, '') <> ''
)
SELECT side, currency, day, closed_on, differs, count(*)::BIGINT AS records, sum(amount)::DECIMAL(38,5) AS amount
FROM part GROUP BY ALL
"""
FLOW_SQL = """
SELECT side, currency, CASE WHEN day < $first THEN NULL ELSE {day} END AS came,
    CASE WHEN closed_on < $first THEN 'before' WHEN closed_on <= $last THEN 'inside' ELSE 'open' END AS state,
    CASE WHEN closed_on BETWEEN $first AND $last THEN {closed} END AS closed, differs,
    sum(records)::BIGINT AS records, sum(amount)::DECIMAL(38,5) AS amount
FROM {flows} WHERE day <= $last GROUP BY ALL
"""
WORK_SQL = """
SELECT side, currency, count(*) AS items FROM {opened} WHERE needs_work AND coalesce(record_key, '') <> ''
GROUP BY ALL
"""


@dataclass
class Flow:
    """The state and the movements of one side of a reconciliation in one span: records and money."""

    before: tuple[int, Decimal] = (0, ZERO)
    new: tuple[int, Decimal] = (0, ZERO)
    closed: tuple[int, Decimal] = (0, ZERO)
    differing: int = 0

    @property
    def after(self) -> tuple[int, Decimal]:
        """Open at the end."""
        return (self.before[0] + self.new[0] - self.closed[0], self.before[1] + self.new[1] - self.closed[1])


@dataclass
class Side:
    """One side of a reconciliation in one currency: the whole period, and each day, week or month of it."""

    name: str
    side: str
    currency: str
    whole: Flow = field(default_factory=Flow)
    spans: dict[date, Flow] = field(default_factory=dict)


def make(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """What was imported, then each reconciliation in the period, then by day, week or month."""
    by = params["by"]
    last = min(params["to"] or source.as_of, source.as_of)
    first = params["from"] or min((d.period_from for d in source.imports if d.period_from), default=last)
    first = min(first, last)
    starts = [start for start, _end in spans(first, last, by)][-SPANS_MAX:]
    sides = [side for name in source.all_links for side in _sides(source, name, by, first, last, starts)]
    sections, charts, controls = [_imports(source, by, first, last)], [], []
    if last >= source.as_of:
        controls = _controls(source, sides)
    for currency in sorted({side.currency for side in sides}):
        own = [side for side in sides if side.currency == currency]
        sections.append(_summary(source, own, currency, current=last >= source.as_of))
        sections += [_spans(side, by, starts) for side in own if side.side == "left" and side.name != "balance"]
        charts += _chart(own, by, starts)
    told = {**params, "from": first, "to": last}
    kept = [section for section in sections if section.rows]
    return finished(REPORT, source, (period_fact(told),), kept, notes=NOTES, controls=controls, charts=charts)


def _sides(source: ReportSource, name: str, by: str, first: date, last: date, starts: list[date]) -> Iterable[Side]:
    bucket = "greatest(date_trunc('{by}', {day})::DATE, $first)"
    query = FLOW_SQL.format(
        flows=_flows(source, name), day=bucket.format(by=by, day="day"),
        closed=bucket.format(by=by, day="closed_on"),
    )  # fmt: skip
    rows = source.rows(query, {"first": first, "last": last})
    for side, currency in sorted({(row["side"], row["currency"] or "") for row in rows}):
        own = [row for row in rows if (row["side"], row["currency"] or "") == (side, currency)]
        made = Side(name, side, currency, _flow(own, lambda _day: True))
        before = made.whole.before
        for start in starts:
            flow = _flow(own, lambda day, start=start: day == start)
            flow.before = before
            before = flow.after
            made.spans[start] = flow
        yield made


def prepare(source: ReportSource) -> None:
    """Keep what the report reads."""
    for name in source.all_links:
        _flows(source, name)


def _flows(source: ReportSource, name: str) -> str:
    """Make the table of a reconciliation's records by the days they came and were closed; its name."""
    flows = f"r_flows_{name.replace('-', '_')}"

    def make() -> None:
        links, opened = source.all_links[name], source.opens[name]
        source.con.execute(FLOWS_SQL.format(flows=flows, links=links, opened=opened))

    source.keep(flows, make, hold=name not in source.overlaid, of=(name,))
    return flows


def _flow(rows: list[dict[str, Any]], inside: Any) -> Flow:
    """What came and what was closed in the spans that `inside` says, and what was open before the first."""

    def added(chosen: Iterable[dict[str, Any]]) -> tuple[int, Decimal]:
        found = list(chosen)
        return sum(row["records"] for row in found), sum((row["amount"] for row in found), ZERO)

    closed = [row for row in rows if row["state"] == "inside" and inside(row["closed"])]
    return Flow(
        before=added(row for row in rows if row["came"] is None and row["state"] != "before"),
        new=added(row for row in rows if row["came"] is not None and inside(row["came"])),
        closed=added(closed),
        differing=sum(row["records"] for row in closed if row["differs"]),
    )


def _controls(source: ReportSource, sides: list[Side]) -> list[Control]:
    """What is open after the period beside the statements, on the run's own day."""
    agrees, made = translated(_("open in its statement")), []
    after = {(side.name, side.side, side.currency): side.whole.after[1] for side in sides}
    for row in source.statements:
        found = after.get((row["name"], row["side"], row["currency"]), ZERO)
        label = f"{recon_word(row['name'])} · {side_word(row['name'], row['side'])}"
        made.append(Control(label, found, agrees, row["open"], row["currency"]))
    return made


def _imports(source: ReportSource, by: str, first: date, last: date) -> Section:
    """Files by the day they came in, in the book's zone."""
    zone = ZoneInfo(source.timezone)
    days: dict[date, list[Document]] = {}
    for document in source.imports:
        day = document.imported_at.astimezone(zone).date() if document.imported_at else None
        if day and first <= day <= last:
            start = next(s for s, end in spans(first, last, by) if s <= day <= end)
            days.setdefault(start, []).append(document)
    columns = (
        Column("period", translated(_("Period"))),
        Column("files", translated(_("Files")), "count", total=True),
        Column("flagged", translated(_("Flagged")), "count", total=True, definition=translated(FLAGGED)),
        Column("rows", translated(_("Rows")), "count", total=True),
        Column("new", translated(_("New records")), "count", total=True),
        Column("updated", translated(_("Changed records")), "count", total=True),
        Column("duplicate", translated(_("Known already")), "count", total=True),
    )
    rows = tuple(
        Row((span_name(start, by), len(found), sum(d.status == "flagged" for d in found),
             *(sum(getattr(d, key) for d in found) for key in ("accepted", "new", "updated", "duplicate"))))
        for start, found in sorted(days.items())
    )  # fmt: skip
    return Section(translated(_("Imported")), columns, rows, translated(_("Total")))


def _flow_columns() -> list[Column]:
    def pair(key: str, title: str, definition: str) -> list[Column]:
        told = translated(title)
        return [
            Column(f"{key}_records", told, "count", definition=translated(definition)),
            Column(f"{key}_amount", translated(_("Amount")), "money"),
        ]

    return [
        *pair("before", _("Open before"), BEFORE),
        *pair("new", _("New"), NEW),
        *pair("closed", _("Closed"), CLOSED),
        Column("differing", translated(_("With a difference")), "count", definition=translated(DIFFERING)),
        *pair("after", _("Open after"), AFTER),
    ]


def _values(flow: Flow) -> list[Any]:
    return [*flow.before, *flow.new, *flow.closed, flow.differing, *flow.after]


def _summary(source: ReportSource, sides: list[Side], currency: str, *, current: bool) -> Section:
    work: dict[tuple[str, str], int] = {}
    for name, opened in source.opens.items():
        for row in source.rows(WORK_SQL.format(opened=opened)):
            if (row["currency"] or "") == currency:
                work[name, row["side"]] = row["items"]
    columns = [
        Column("name", translated(_("Reconciliation"))),
        Column("side", translated(_("Side"))),
        *_flow_columns(),
        Column("rate", translated(_("Closed of these")), "rate", definition=translated(RATE)),
    ]
    if current:
        columns.append(
            Column("work", translated(_("Needs work")), "count", definition=translated(WORK), drill={"show": "work"})
        )
    rows = []
    for side in sides:
        flow = side.whole
        rate = ratio_of(flow.closed[0], flow.before[0] + flow.new[0])
        values = [recon_word(side.name), side_word(side.name, side.side), *_values(flow), rate]
        if current:
            values.append(work.get((side.name, side.side), 0))
        rows.append(Row(tuple(values), drill={"side": side.side}, target=f"open/{side.name}"))
    return Section(translated(_("Reconciliations")), tuple(columns), tuple(rows), currency=currency)


def _spans(side: Side, by: str, starts: list[date]) -> Section:
    columns = (Column("period", translated(_("Period"))), *_flow_columns())
    rows = tuple(Row((span_name(start, by), *_values(side.spans[start]))) for start in starts)
    title = f"{recon_word(side.name)} · {side_word(side.name, side.side)} · {translated(PERIODS[by])}"
    return Section(title, columns, rows, currency=side.currency)


def _chart(sides: list[Side], by: str, starts: list[date]) -> list[Chart]:
    """New and closed records of the first reconciliation's left side, and what stayed open."""
    chosen = next((side for side in sides if side.side == "left" and side.whole.new[0]), None)
    if chosen is None or len(starts) < 2:
        return []
    names = tuple(span_name(start, by) for start in starts)
    series = (
        Series(translated(_("New")), tuple(chosen.spans[start].new[0] for start in starts)),
        Series(translated(_("Closed")), tuple(chosen.spans[start].closed[0] for start in starts), "#5BBFB3"),
        Series(translated(_("Open after")), tuple(chosen.spans[start].after[0] for start in starts), "#E8B04A"),
    )
    title = f"{recon_word(chosen.name)} · {side_word(chosen.name, chosen.side)}"
    return [Chart(title, "bars", names, series, "count", translated(_("records")))]


FLAGGED = _("Files whose footer, count or balance disagrees with their rows.")
BEFORE = _("Records of earlier days that were not matched by the day before the period.")
NEW = _("Records of the period, by their own day.")
CLOSED = _("Matched in the period: on the last day of the records they were matched with.")
DIFFERING = _("Matched though an amount is left.")
AFTER = _("Open before and new, less closed.")
RATE = _("Closed of what was open before and new, in records.")
WORK = _("Of what is open now: what a person should look at.")
NOTES = (
    _("Open before + new − closed = open after, for each reconciliation and side."),
    _("Files count on the day they were imported."),
)
REPORT = Report(
    "reconciliation-report",
    _("Reconciliation report"),
    _("What was imported, matched, new, closed and left open, by day, week or month."),
    (FROM, TO, Parameter("by", _("Period"), default="week", choices=tuple(PERIODS), words=PERIODS)),
    make,
    group="reconciliation",
)

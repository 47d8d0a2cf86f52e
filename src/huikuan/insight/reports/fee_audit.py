"""Fee audit 费用核查: what the platforms charged beside what the shops' rates say, and the list of claims.

The figures are those of the run's audit, the claims its open rows beside the residuals; both belong to the day of the
order. charged = expected + claims of fees with a rate + what the tolerance forgives (proved by the run).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from huikuan.insight.collection.claim import Claimed
from huikuan.insight.reports.base import (
    FROM,
    SHOP,
    TO,
    Parameter,
    Report,
    ReportSource,
    period_text,
    signature,
    unit_text,
)
from huikuan.insight.reports.tables import Column, ReportTable, Row, Section, ratio_of
from huikuan.insight.words import rate_version, word_of
from huikuan.records.codes import FEE_CLASSES
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

CLAIMED = (*FEE_CLASSES, "duplicate")
IDENTITY = _(
    "Charged = expected + claims + what the tolerance forgives. Only fees that a shop has a rate for, of orders that "
    "are settled in full or past due."
)
BELOW_ZERO = _(
    "A claim below zero: charged too little, which the platform may still ask for. A fee charged twice stands here "
    "whether or not it has a rate."
)
MARKED = _(
    "Claimed: a claim file of Follow-up asked for the order, on the day shown. What the fees are is not changed by it."
)
NOT_YET, BEFORE = "none", "any"  # of `claimed`, as in the list of late and short orders
CLAIM_WORDS = {"": _("Claimed or not"), NOT_YET: _("Not claimed yet"), BEFORE: _("Claimed before")}
NO_CARD = _("No shop has a rate card. Enter the rates of its contract under Rules, then reconcile.")

FIGURES_SQL = """
SELECT scope, type, category, rate, valid_from, sum(base)::DECIMAL(38,5), sum(charged)::DECIMAL(38,5),
    sum(expected)::DECIMAL(38,5), sum(within)::DECIMAL(38,5), sum(orders)::BIGINT, sum(concerned)::BIGINT
FROM {audit} WHERE currency = $currency AND {where} GROUP BY ALL ORDER BY scope, type, category, valid_from, rate
"""
# A finding has no record key and stands on the right; the day of an order is that of its first line.
CLAIMS_SQL = """
WITH found AS (SELECT * FROM {opened} WHERE side = 'right' AND record_key = '' AND class IN {classes}),
days AS (SELECT group_id, min(date) AS day FROM {links} WHERE side = 'left'
    AND group_id IN (SELECT group_id FROM found) GROUP BY group_id),
named AS (SELECT group_id, document_id, source_row, min(record_key) AS record_key FROM {links}
    WHERE group_id IN (SELECT group_id FROM found) GROUP BY ALL)
SELECT f.scope, f.order_no, d.day, f.class, f.evidence, -f.amount AS claim,
    coalesce(split_part(n.document, '!', -1), ''), f.source_row, coalesce(r.record_key, '') AS record_key,
    f.currency
FROM found f LEFT JOIN days d ON d.group_id = f.group_id LEFT JOIN {documents} n ON n.document_id = f.document_id
LEFT JOIN named r ON r.group_id = f.group_id AND r.document_id = f.document_id AND r.source_row = f.source_row
WHERE {where} ORDER BY f.scope, d.day, f.order_no, f.class, f.item_id
"""


def make(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """Per currency: fees by shop, type and rate, then the claims."""
    where, values = _filter(params)
    every = _claims(source, where, values)
    known = {row[-1] for row in every}
    claims = _marked(every, source.claimed, params["claimed"])
    if source.order_audit:
        asked = f"SELECT DISTINCT currency FROM {source.order_audit} WHERE {where}"
        known |= {row[0] for row in source.con.execute(asked, values).fetchall()}
    sections = []
    for currency in sorted(known):
        if source.order_audit:
            sections.append(_figures(source, where, {**values, "currency": currency}, currency))
        sections.append(_list([(row, day) for row, day in claims if row[-1] == currency], currency))
    facts = (
        (translated(_("Period")), period_text(params["from"], params["to"])),
        *(((translated(_("Claim list")), translated(CLAIM_WORDS[params["claimed"]])),) if params["claimed"] else ()),
        (translated(_("As of")), source.as_of.isoformat()),
        (translated(_("Unit")), ", ".join(unit_text(currency) for currency in sorted(known))),
    )
    notes = (*((IDENTITY, BELOW_ZERO) if source.order_audit else (NO_CARD,)), MARKED)
    return ReportTable(
        REPORT.name, translated(REPORT.title), source.company, facts, tuple(sections),
        tuple(translated(note) for note in notes), signature(), source.as_of, source.language,
    )  # fmt: skip


def _filter(params: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    told = {"from": "day >= $from_day", "to": "day <= $to_day", "shop": "scope = $shop"}
    chosen = {condition: params[name] for name, condition in told.items() if params[name]}
    return " AND ".join(["true", *chosen]), {name.rpartition("$")[2]: value for name, value in chosen.items()}


def _claims(source: ReportSource, where: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    if not (source.order_open and source.order_links):
        return []
    documents = source.documents or "(SELECT NULL::VARCHAR AS document_id, NULL::VARCHAR AS document)"
    query = CLAIMS_SQL.format(
        opened=source.order_open, links=source.order_links, documents=documents, classes=CLAIMED, where=where
    )
    return list(source.con.execute(query, dict(values)).fetchall())


def _marked(
    claims: list[tuple[Any, ...]], claimed: Sequence[Claimed], wanted: str
) -> list[tuple[tuple[Any, ...], date | None]]:
    """Claims, each with the day its order was claimed last; `wanted` leaves out those claimed, or those not."""
    days = {each[:3]: each.claimed_on for each in claimed}
    told = [(row, days.get((row[0], row[1], row[-1]))) for row in claims]
    return [(row, day) for row, day in told if not wanted or (day is not None) == (wanted == BEFORE)]


def _figures(source: ReportSource, where: str, values: Mapping[str, Any], currency: str) -> Section:
    columns = (
        Column("shop", translated(_("Shop"))),
        Column("type", translated(_("Fee"))),
        Column("version", translated(_("Version"))),
        Column("base", translated(_("Base")), "money", total=True, drill={"m": "base"}),
        Column("charged", translated(_("Charged")), "money", total=True, drill={"m": "charged"}),
        Column("effective", translated(_("Effective rate")), "rate", ratio=("charged", "base")),
        Column("rate", translated(_("Contract rate")), "rate"),
        Column("expected", translated(_("Expected fee")), "money", total=True, drill={"m": "expected"}),
        Column("difference", translated(_("Charged too much")), "money", total=True, drill={"m": "difference"}),
        Column("within", translated(_("Within tolerance")), "money", total=True, drill={"m": "within"}),
        Column("orders", translated(_("Orders")), "count", total=True, drill={"m": "judged"}),
        Column("concerned", translated(_("Orders concerned")), "count", total=True),
    )
    found = source.con.execute(FIGURES_SQL.format(audit=source.order_audit, where=where), dict(values)).fetchall()
    rows = []
    for scope, type_, category, rate, first, base, charged, expected, within, orders, concerned in found:
        version = rate_version(first.isoformat(), category) if rate is not None else translated(_("By category"))
        rows.append(
            Row(
                (scope, word_of("type", type_), version, base, charged, ratio_of(charged, base), rate, expected,
                 charged - expected, within, orders, concerned),
                drill={"shop": scope, "type": type_, "category": category or "",
                       "rate": "" if rate is None else str(rate)},
            )
        )  # fmt: skip
    return Section(
        translated(_("Fees by shop and type")), columns, tuple(rows), translated(_("Total")), currency,
        target="records/fee_audit", drill={"currency": currency},
    )  # fmt: skip


def _list(claims: list[tuple[tuple[Any, ...], date | None]], currency: str) -> Section:
    columns = (
        Column("order_no", translated(_("Order"))),
        Column("shop", translated(_("Shop"))),
        Column("date", translated(_("Date")), "date"),
        Column("class", translated(_("Finding"))),
        Column("type", translated(_("Fee"))),
        Column("base", translated(_("Base")), "money"),
        Column("expected", translated(_("Expected fee")), "money"),
        Column("charged", translated(_("Charged")), "money"),
        Column("claim", translated(_("Claim")), "money", total=True, drill={}),
        Column("claimed_on", translated(_("Claimed on")), "date"),
        Column("document", translated(_("Document"))),
        Column("source_row", translated(_("Source row")), "text", drill={}),
    )
    rows = []
    for claim_row, claimed_on in claims:
        scope, order_no, day, class_, evidence, claim, document, source_row, record_key, _currency = claim_row
        told = json.loads(evidence) if evidence else {}
        figures = (Decimal(told[name]) if name in told else None for name in ("base", "expected", "charged"))
        fee = word_of("type", told["type"]) if "type" in told else ""
        rows.append(
            Row(
                (order_no, scope, day, word_of("class", class_), fee, *figures, claim, claimed_on, document,
                 str(source_row)),
                drill={"record_key": record_key} if record_key else {},
                target="source",
            )
        )  # fmt: skip
    return Section(translated(_("Claim list")), columns, tuple(rows), translated(_("Total")), currency)


REPORT = Report(
    "fee_audit",
    _("Fee audit"),
    _("What the platforms charged beside what the shops' rates say, and what to claim back."),
    (FROM, TO, SHOP, Parameter("claimed", _("Claim file"), choices=tuple(CLAIM_WORDS), words=CLAIM_WORDS)),
    make,
    needs=("order_open", "order_links"),
    group="sales",
)

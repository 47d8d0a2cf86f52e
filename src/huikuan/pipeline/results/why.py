"""Why two records of a run were put together or not: looked up in its published results, nothing is run again.

Beside links and open items a run writes `NAME.seen.parquet`: its entries as the passes saw them (columns of
`engine.model.SEEN`, sorted by record key), but for those that agreed by their number to the last digit. Where a record
went is asked of links and open items as they are now, with decisions made since laid over.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from huikuan.engine import evidence as because
from huikuan.engine.lines import plain_identity
from huikuan.engine.model import Definition
from huikuan.engine.pass0_decisions import apart_pairs
from huikuan.engine.pass3_amount import Window
from huikuan.engine.why import Verdict, first_obstacle, stage_of, why
from huikuan.engine.why_pairs import Case, Told, Went
from huikuan.pipeline.results.results import Results
from huikuan.pipeline.runs.run_tables import parameters
from huikuan.records.decisions import Decisions
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.records.rules import Rules

register(
    {
        "why.unknown": gettext_noop(
            "There is no record %(record_key)s on either side of %(name)s as of %(as_of)s. The keys of its records "
            "stand in its lists of links and of open items."
        ),
        "why.same_side": gettext_noop(
            "Both records are on the same side of %(name)s. Only records of opposite sides are put together."
        ),
        "why.old_run": gettext_noop(
            "The results were made by an older version, which did not keep why. Reconcile again, then ask again."
        ),
    }
)

SHOWN = "side, record_key, scope, document_id, source_row, order_no, date, currency, amount"


@dataclass(frozen=True)
class Answer:
    """What is said of two records: their rows (as in links or open items), a verdict per pass in order, and the first
    thing that would have to be otherwise (None where they are together)."""

    name: str
    left: Mapping[str, Any]
    right: Mapping[str, Any]
    verdicts: tuple[Verdict, ...]
    first: Verdict | None


def why_pair(results: Results, name: str, one: str, other: str, rules: Rules) -> Answer:
    """Why two records are together or not. UserError for an unknown key, or two records of one side."""
    definition = results.manifest.definition(name)
    if definition is None or not results.run.holds(name, "seen"):
        raise UserError("why.old_run")
    rows = _rows(results, name, (one, other))
    left, right = _sides(results, name, rows, one, other)
    case = _case(results, definition, rows, left, right, rules)
    verdicts = tuple(why(case))
    shown = [results.told([rows[pair][0]])[0] for pair in (("left", left), ("right", right))]
    return Answer(name, shown[0], shown[1], verdicts, first_obstacle(list(verdicts)))


Rows = Mapping[tuple[str, str], list[dict[str, Any]]]


def _rows(results: Results, name: str, keys: Sequence[str]) -> Rows:
    """What links and open items have of the records, by side and key; rows of `open` have no `group_id`. A record that
    was excluded since the run is in neither any more: its row is what the run had of it."""
    rows: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in _found(results, name, keys, results.decisions):
        rows[row["side"], row["record_key"]].append(row)
    excluded = {each.record_key for each in _decisions(results).about(name).exclusions}
    lost = [key for key in keys if key in excluded and ("left", key) not in rows and ("right", key) not in rows]
    for row in _found(results, name, lost, None) if lost else ():
        told = {"group_id": plain_identity(name, "excluded", row["record_key"]), "evidence": because.EXCLUDED}
        rows[row["side"], row["record_key"]] = [row | told | {"pass": "decision"}]
    return rows


def _found(results: Results, name: str, keys: Sequence[str], decisions: Decisions | None) -> list[dict[str, Any]]:
    links, opened = (results.run.now(name, part, decisions) for part in ("links", "open"))
    wanted = f"WHERE record_key IN ({', '.join('?' * len(keys))})"
    return results.run.query(
        f"SELECT {SHOWN}, group_id, \"pass\", evidence, '' AS suggestion FROM {links} {wanted} "
        f"UNION ALL SELECT {SHOWN}, '', '', evidence, suggestion FROM {opened} {wanted}",
        [*keys, *keys],
    )


def _sides(results: Results, name: str, rows: Rows, one: str, other: str) -> tuple[str, str]:
    """Which of the two is the left record."""
    for key in (one, other):
        if ("left", key) not in rows and ("right", key) not in rows:
            raise UserError("why.unknown", record_key=key, name=name, as_of=results.manifest.as_of)
    for left, right in ((one, other), (other, one)):
        if ("left", left) in rows and ("right", right) in rows:
            return left, right
    raise UserError("why.same_side", name=name)


def _case(results: Results, definition: Definition, rows: Rows, left: str, right: str, rules: Rules) -> Case:
    window = Window(parameters(rules, definition, results.manifest.as_of)[1], definition.lead_days)
    seen = _seen(results, definition.name, "record_key IN (?, ?)", [left, right])
    entries = {(row["side"], row["record_key"]): row for row in seen}
    told = [_told(definition.name, rows[pair], entries.get(pair)) for pair in (("left", left), ("right", right))]
    near = [*told, *_near(results, definition, window, told)]
    again = any(row["evidence"] == because.AGAIN for pair in (("left", left), ("right", right)) for row in rows[pair])
    return Case(definition, window, told[0], told[1], near, apart_pairs(definition.name, _decisions(results)), again)


def _seen(results: Results, name: str, where: str, params: list[Any]) -> list[dict[str, Any]]:
    return results.run.query(f"SELECT * FROM {results.run.table(name, 'seen')} WHERE {where}", params)


def _told(name: str, rows: list[dict[str, Any]], entry: Mapping[str, Any] | None) -> Told:
    """A record as the passes saw it. Of one that agreed by its number only the link is known: its number is the
    order's where the group's identity is that of the order's number."""
    went = [row for row in rows if row["group_id"]]
    first = rows[0]
    suggested = next((json.loads(row["suggestion"])["keys"] for row in rows if row["suggestion"]), ())
    common: dict[str, Any] = {
        "open": len(went) < len(rows),
        "went": tuple(Went(stage_of(row["pass"], row["evidence"]), row["group_id"], row["evidence"]) for row in went),
        "suggested": tuple(suggested),
    }
    if entry is not None:
        return _entry(entry, common)
    key = first["order_no"]
    by_order = [plain_identity(name, "key", first["scope"], key, first["currency"])] if key else []
    told = key if any(row["group_id"] in by_order for row in went) else None
    return Told(
        first["record_key"], first["side"], first["scope"], first["currency"], first["date"], first["amount"],
        key=told, known=False, **common,
    )  # fmt: skip


def _entry(row: Mapping[str, Any], common: Mapping[str, Any]) -> Told:
    return Told(
        row["record_key"], row["side"], row["scope"] or "", row["currency"], row["date"], row["compared"],
        row["target"] or "*", row["key"], row["reference"], row["hint"], row["occurred_at"], row["seq"], **common,
    )  # fmt: skip


def _near(results: Results, definition: Definition, window: Window, told: Sequence[Told]) -> list[Told]:
    """Records that were still there when the passes that look at amounts ran: of the two's currency, within the window
    of either. None where no such pass applies."""
    passes = definition.passes
    days = [record.day for record in told if record.day is not None]
    if "applies" not in (passes.amount, passes.batch, passes.subset) or not days:
        return []
    reach = timedelta(days=window.days + window.lead)
    rows = _seen(
        results,
        definition.name,
        "currency IN (?, ?) AND date BETWEEN ? AND ? AND record_key NOT IN (?, ?) "
        "AND (\"pass\" IS NULL OR \"pass\" IN ('amount', 'batch', 'subset'))",
        [*(each.currency for each in told), min(days) - reach, max(days) + reach, *(each.record_key for each in told)],
    )
    return [_entry(row, _where(row)) for row in rows]


def _where(row: Mapping[str, Any]) -> dict[str, Any]:
    if not row["group_id"]:
        return {"open": True}
    return {"went": (Went(stage_of(row["pass"], row["evidence"]), row["group_id"], row["evidence"]),)}


def _decisions(results: Results) -> Decisions:
    return results.decisions or Decisions()

"""The proof that nothing was lost: per side, scope and currency, total = matched + difference + open; each record once.

Totals come from the sides as they were given, the rest from the rows as they are published: the proof reads what it
proves. A figure that does not add up is a fault of ours: InvariantError.
"""

from __future__ import annotations

from typing import Any

import ibis

from huikuan.engine import evidence as because
from huikuan.engine.lines import on_side, union_all
from huikuan.engine.model import STATEMENT, Sides
from huikuan.engine.workspace import conform, typed_table
from huikuan.records.codes import FEE_CLASSES
from huikuan.records.errors import InvariantError
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import register

WIDE = "decimal(38, 5)"
GRAIN = ("side", "scope", "currency")

register(
    {
        "engine.not_conserved": _(
            "%(name)s: the %(side)s side of %(scope)s in %(currency)s does not add up: "
            "total %(total)s, accounted for %(accounted)s, %(records)s records, %(placed)s placed."
        ),
        "engine.residual_not_explained": _(
            "%(name)s: the parts of the difference of group %(group_id)s do not add up to it."
        ),
        "engine.audit_not_conserved": _(
            "%(name)s: the fees of %(scope)s in %(currency)s do not add up: "
            "charged %(charged)s, expected and found %(accounted)s."
        ),
    }
)


def totals(sides: Sides) -> Any:
    """What each side brings. One row per side, scope and currency."""
    parts = [
        on_side(entries, name).select(*GRAIN, "amount")
        for name, entries in (("left", sides.left), ("right", sides.right))
    ]
    both = union_all(*parts)
    return both.group_by(GRAIN).agg(total=both.amount.sum().cast(WIDE), records=both.count())


def placed(links: Any, open_: Any) -> Any:
    """Where the money went. One row per side, scope and currency.

    `records` counts rows; a record that a person split stands in several, which `split_surplus` takes off again.
    """
    zero = ibis.literal(0).cast("decimal(18, 5)")
    whole = links.status.isin(["matched", "manual"])
    linked = links.select(
        *GRAIN,
        matched=ibis.ifelse(whole, links.allocated, zero),
        difference=ibis.ifelse(whole, zero, links.allocated),
        open=zero,
        link=1,
    )
    records = open_.filter(open_.record_key != "")
    left_open = records.select(*GRAIN, matched=zero, difference=zero, open="amount", link=0)
    both = union_all(linked, left_open)
    return both.group_by(GRAIN).agg(
        matched=both["matched"].sum().cast(WIDE),
        difference=both["difference"].sum().cast(WIDE),
        open=both["open"].sum().cast(WIDE),
        rows=both.count(),
        links=both["link"].sum(),
    )


def split_surplus(links: Any, open_: Any) -> dict[tuple[str, str, str], int]:
    """How many rows too many the records of manual matches have: a split record has one row per share, a record that
    is gone has one and is on no side."""
    manual = links.filter(links["pass"].isin(["decision"]))
    if int(manual.count().to_pyarrow().as_py()) == 0:
        return {}
    keys = manual.select("side", "record_key").distinct()
    rows = union_all(
        links.semi_join(keys, ["side", "record_key"]).select(
            *GRAIN, "record_key", present=links.evidence != because.CONFLICT_GONE
        ),
        open_.semi_join(keys, ["side", "record_key"]).select(*GRAIN, "record_key", present=ibis.literal(True)),
    )
    surplus: dict[tuple[str, str, str], int] = {}
    grouped = rows.group_by(*GRAIN, "record_key").agg(rows=rows.count(), present=rows.present.any())
    for row in grouped.to_pyarrow().to_pylist():
        key = (row["side"], row["scope"], row["currency"] or "")
        surplus[key] = surplus.get(key, 0) + row["rows"] - (1 if row["present"] else 0)
    return surplus


def prove(name: str, sides: Sides, links: Any, open_: Any) -> list[dict[str, Any]]:
    """Total, matched, difference and open per side, scope and currency, proved; raises InvariantError."""
    given = {_grain(row): row for row in totals(sides).to_pyarrow().to_pylist()}
    found = {_grain(row): row for row in placed(links, open_).to_pyarrow().to_pylist()}
    surplus = split_surplus(links, open_)
    proved = []
    for grain in sorted({*given, *found}):
        total, records = (given[grain]["total"], given[grain]["records"]) if grain in given else (0, 0)
        row = found.get(grain, {"matched": 0, "difference": 0, "open": 0, "rows": 0, "links": 0})
        accounted = row["matched"] + row["difference"] + row["open"]
        rows = row["rows"] - surplus.get(grain, 0)
        if accounted != total or rows != records:
            side, scope, currency = grain
            raise InvariantError(
                "engine.not_conserved", name=name, side=side, scope=scope, currency=currency,
                total=total, accounted=accounted, records=records, placed=rows,
            )  # fmt: skip
        if grain not in given:  # only records that are gone
            continue
        proved.append({"side": grain[0], "scope": grain[1], "currency": grain[2], "total": total, **row})
    return proved


def _grain(row: dict[str, Any]) -> tuple[str, str, str]:
    return (row["side"], row["scope"], row["currency"] or "")


def prove_residuals(name: str, groups: Any, parts: Any) -> None:
    """The parts of each differing group add up to its residual; raises InvariantError."""
    sums = parts.group_by(part_group=parts.group_id).agg(parts=parts.amount.sum())
    differing = groups.filter(groups.status == "difference")
    joined = differing.left_join(sums, differing.group_id == sums.part_group)
    wrong = joined.filter(joined.parts.isnull() | (joined.parts != joined.residual))
    for row in wrong.limit(1).to_pyarrow().to_pylist():
        raise InvariantError("engine.residual_not_explained", name=name, group_id=row["group_id"])


def prove_audit(name: str, figures: Any, open_: Any) -> None:
    """Charged = expected + duplicates + findings + what the tolerance forgives, per scope and currency, the findings
    taken from the rows as they are published; raises InvariantError."""
    beside = open_.filter((open_.side == "right") & (open_.record_key == "") & open_["class"].isin(FEE_CLASSES))
    claimed = beside.group_by("scope", "currency").agg(amount=beside.amount.sum().cast(WIDE)).to_pyarrow().to_pylist()
    found = {(row["scope"], row["currency"]): row["amount"] for row in claimed}
    summed = figures.group_by("scope", "currency").agg(
        **{name: figures[name].sum().cast(WIDE) for name in ("charged", "expected", "copied", "within")}
    )
    rows = {(row["scope"], row["currency"]): row for row in summed.to_pyarrow().to_pylist()}
    for scope, currency in sorted({*found, *rows}):
        row = rows.get((scope, currency), dict.fromkeys(("charged", "expected", "copied", "within"), 0))
        accounted = row["expected"] + row["copied"] + row["within"] - found.get((scope, currency), 0)
        if accounted != row["charged"]:
            raise InvariantError(
                "engine.audit_not_conserved", name=name, scope=scope, currency=currency,
                charged=row["charged"], accounted=accounted,
            )  # fmt: skip


def statement(name: str, proved: list[dict[str, Any]], groups: dict[tuple[str, str], int]) -> Any:
    """The statement: proved figures added up per side and currency. `groups` counts groups by side and currency."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for part in proved:
        key = (part["side"], part["currency"])
        row = rows.setdefault(
            key,
            {
                "name": name,
                "side": key[0],
                "currency": key[1],
                "groups": groups.get(key, 0),
                **dict.fromkeys(("total", "matched", "difference", "open", "links"), 0),
            },
        )
        for figure in ("total", "matched", "difference", "open"):
            row[figure] += part[figure]
        row["links"] += part["links"]
    return conform(typed_table([rows[key] for key in sorted(rows)], STATEMENT), STATEMENT)

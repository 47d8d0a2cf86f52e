"""Documents whose own totals disagree, and which others heal them (DESIGN rule 16).

A flagged document stays flagged. It is healed when another standing document of its account covers its period and
proves itself, or when others tell exactly the lines that lead over each break of its running balance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from huikuan.lake.lake import Lake
from huikuan.pipeline.compute import connect
from huikuan.records.document import CLOSING_BALANCE, Control, Document, is_count

OUTGOING = ("支出", "退款", "手续费", "out")  # unsigned totals of money that went out
BALANCES = ("wallet_line", "bank_line")


@dataclass(frozen=True)
class Mismatch:
    """A document of which a total disagrees. `amount`: what it states more than its rows give (0: only a count);
    `closing`: nothing but its closing balance disagrees."""

    document_id: str
    identity: str  # of its content: it outlives undoing and importing again
    account: str
    date: date | None
    amount: Decimal
    closing: bool


def mismatches(documents: Sequence[Document]) -> list[Mismatch]:
    """Standing documents with a total that disagrees and that no other covers."""
    found = []
    for document in documents:
        wrong = [control for control in document.controls if not control.ok]
        if not wrong or covered_by(document, documents):
            continue
        totals = [control for control in wrong if not control.name.startswith(CLOSING_BALANCE)]
        if not totals and (_breaks(document) or any(_meets(other, document) for other in documents)):
            continue  # the account's own chain of balances proves it, or breaks
        found.append(
            Mismatch(
                document.document_id, f"{document.sha256}!{document.member}", document.account, document.period_to,
                _stated_more(totals or wrong), not totals,
            )
        )  # fmt: skip
    return found


def _stated_more(controls: Iterable[Control]) -> Decimal:
    """The first disagreement in money, signed as the account sees it."""
    for control in controls:
        if not is_count(control.name):
            more = control.stated - control.computed
            unsigned = control.stated >= 0 and control.computed >= 0
            return -more if unsigned and control.name.startswith(OUTGOING) else more
    return Decimal(0)


def covered_by(document: Document, documents: Sequence[Document]) -> str:
    """Id of the first document of the same account that covers this one's period and proves itself; blank: none."""
    for other in documents:
        if (
            other.document_id != document.document_id
            and other.account == document.account != ""
            and set(document.kinds) <= set(other.kinds)
            and other.controls
            and all(control.ok for control in other.controls)
            and _covers(other, document)
        ):
            return other.document_id
    return ""


def _days(document: Document) -> tuple[date, date] | None:
    first, last = document.period_from, document.period_to
    return (first, last) if first and last else None


def _covers(other: Document, document: Document) -> bool:
    outer, inner = _days(other), _days(document)
    return bool(outer and inner and outer[0] <= inner[0] and inner[1] <= outer[1])


def _meets(other: Document, document: Document) -> bool:
    """Whether another document tells about days of this one's account."""
    if other.document_id == document.document_id or other.account != document.account or document.account == "":
        return False
    one, two = _days(other), _days(document)
    return bool(one and two and one[0] <= two[1] and two[0] <= one[1])


def healers(lake: Lake, only: str = "") -> dict[str, str]:
    """Flagged documents (or the one named) with the id of the document that heals each."""
    documents = lake.documents()
    flagged = [d for d in documents if d.status == "flagged" and only in ("", d.document_id)]
    found = {document.document_id: covered_by(document, documents) for document in flagged if _unproved(document)}
    broken = [d for d in flagged if not found.get(d.document_id, "x") and _breaks(d)]
    if broken:
        con = connect()
        try:
            for kind in {kind for document in broken for kind in document.kinds if kind in BALANCES}:
                lake.register_current(con, kind, kind)
            for document in broken:
                found[document.document_id] = _bridged_by(con, document)
        finally:
            con.close()
    return {document: healer for document, healer in found.items() if healer}


def _breaks(document: Document) -> list[dict[str, Any]]:
    return [problem for problem in document.problems if problem["code"] == "balance_break"]


def _unproved(document: Document) -> bool:
    """Whether it is flagged because it does not prove itself, and not for its rows only."""
    return bool(_breaks(document)) or any(not control.ok for control in document.controls)


# The two ends of a gap, seen from the line it was noticed at: the file runs oldest or newest first. Each end must be
# told by another document.
_BRIDGE = """
WITH here AS (SELECT * FROM {kind} WHERE document_id = $document AND source_row = $row),
gap AS (SELECT account, currency, $computed - amount AS leaves, $stated - amount AS arrives FROM here
    UNION ALL SELECT account, currency, $stated, $computed FROM here),
other AS (SELECT account, currency, document_id, balance, (balance - amount)::DECIMAL(18,5) AS before FROM {kind}
    WHERE document_id <> $document AND balance IS NOT NULL)
SELECT min(b.document_id) FROM gap g
JOIN other a ON a.account = g.account AND a.currency = g.currency AND a.before = g.leaves
JOIN other b ON b.account = g.account AND b.currency = g.currency AND b.balance = g.arrives
"""


def _bridged_by(con: duckdb.DuckDBPyConnection, document: Document) -> str:
    """Id of the document that tells what is missing at every break of a document's balance; blank where one stays."""
    if any(not control.ok and not control.name.startswith(CLOSING_BALANCE) for control in document.controls):
        return ""  # a total that disagrees is not proved by the balance
    kind = next(kind for kind in document.kinds if kind in BALANCES)
    healer = ""
    for problem in _breaks(document):
        params = {name: Decimal(str(problem["params"][name])) for name in ("stated", "computed")}
        values = params | {"document": document.document_id, "row": problem["row"]}
        row = con.execute(_BRIDGE.format(kind=kind), values).fetchone()
        if row is None or row[0] is None:
            return ""
        healer = str(row[0])
    return healer

"""The claim file of selected orders: their evidence read from the run, written as Excel or as a letter (PDF).

What is claimed is what misses money now, whatever a task once held; orders of which nothing is missing are left out,
and the answer says how many.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.http import FileResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huikuan.export.files import write_report
from huikuan.export.printed import Printed
from huikuan.insight.collection.claim import BillRow, ClaimHead, ClaimOrder, claim_report
from huikuan.insight.words import because
from huikuan.pipeline.results.results import Results
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server.accounts.access import actor_name, require
from huikuan.server.audit.services import record
from huikuan.server.books.models import Book
from huikuan.server.collection.cubes import numbered
from huikuan.server.core.files import CONTENT_TYPES
from huikuan.server.core.shortcuts import file_answer
from huikuan.server.followup import missing, queries
from huikuan.server.followup.chosen import Chosen, Picked
from huikuan.server.followup.models import ClaimedOrder, Task

register(
    {
        "followup.nothing_to_claim": gettext_noop("Of these orders nothing is missing, so there is nothing to claim."),
        "followup.letter_long": gettext_noop(
            "The letter would list %(count)s orders; it may list %(most)s. Take the Excel file, or select fewer."
        ),
    }
)
LETTER_ROWS = 5_000
KINDS = ("xlsx", "pdf")
ORDERS_SQL = """
SELECT m.*, l.claimed_on, c.paid, c.platform_borne, c.refunded, c.fees, c.paid_at, c.shipped_at, c.received_at,
    f.document_id, f.source_row
FROM wanted w JOIN {missing} m ON m.row = w.row JOIN {collection} c ON c.file_row_number = m.row
{claimed}
LEFT JOIN (SELECT shop, order_no, min_by(document_id, source_row) AS document_id, min(source_row) AS source_row
    FROM {lines} SEMI JOIN named USING (order_no) GROUP BY ALL) f ON f.shop = m.shop AND f.order_no = m.order_no
ORDER BY m.shop, m.order_no, m.currency
"""
NO_LINES = "(SELECT '' AS shop, '' AS order_no, '' AS document_id, 0 AS source_row LIMIT 0)"
BILLS_SQL = """
SELECT n.shop AS shop, s.order_no, s.currency, s.business_date, s.type, s.item, s.amount, s.account, s.flow_no,
    s.document_id, s.source_sheet, s.source_row
FROM {bills} s JOIN named n ON n.order_no = s.order_no AND n.currency = s.currency AND coalesce(s.shop, n.shop) = n.shop
WHERE NOT s.corroborating ORDER BY n.shop, s.order_no, s.business_date, s.record_key
"""


def evidence(book: Book, found: Results, picked: Picked) -> tuple[list[ClaimOrder], list[BillRow], int]:
    """The selected orders that miss money (`read`, not free ones alone), their bill rows, and how many of the selected
    miss nothing."""
    names = {document: name or "" for document, name in found.run.documents().items()}
    with queries.with_held(book, found) as cursor:
        cursor.register("wanted", pa.table({"row": pa.array([row["row"] for row in picked.rows], pa.int64())}))
        keys = {name: pa.array([row[name] for row in picked.rows], pa.string()) for name in queries.KEY}
        cursor.register("named", pa.table(keys))
        lines = _facts(found, "order_line") or NO_LINES
        tables = {"missing": missing.table(found), "collection": numbered(found), "lines": lines}
        sql = ORDERS_SQL.format(claimed=queries.CLAIMED_JOIN, **tables)
        orders = [_order(book, row, names) for row in queries.asked(cursor, sql, {})]
        bills = _facts(found, "settlement_line")
        told = queries.asked(cursor, BILLS_SQL.format(bills=bills), {}) if bills else []
    return orders, [_bill(row, names) for row in told], picked.nothing


def _facts(found: Results, kind: str) -> str:
    part = f"facts_{kind}"
    return found.run.table("", part) if found.run.holds("", part) else ""


def _order(book: Book, row: dict[str, Any], names: dict[str, str]) -> ClaimOrder:
    def local(moment: datetime | None) -> date | None:
        return book.local(moment).date() if moment else None

    return ClaimOrder(
        row["shop"], row["order_no"], row["currency"], row["business_date"], local(row["paid_at"]),
        local(row["shipped_at"]), local(row["received_at"]), row["due_on"], row["days"], row["paid"],
        row["platform_borne"], row["refunded"], row["fees"], row["overcharged"], row["expected"], row["settled"],
        row["later"], row["missing"], row["cause"], because(row["why"]) if row["why"] else "",
        row["claimed_on"], names.get(row["document_id"] or "", ""), row["source_row"],
    )  # fmt: skip


def _bill(row: dict[str, Any], names: dict[str, str]) -> BillRow:
    return BillRow(
        row["shop"], row["order_no"], row["currency"], row["business_date"], row["type"], row["item"] or "",
        row["amount"], row["account"] or "", row["flow_no"] or "", names.get(row["document_id"], ""),
        row["source_sheet"] or "", row["source_row"],
    )  # fmt: skip


def write(
    book: Book, found: Results, picked: Picked, kind: str, path: Path, by: str, task: Task | None = None
) -> list[ClaimOrder]:
    """Write the claim as `xlsx` or `pdf` (the letter); the orders it has. UserError where nothing is missing, or a
    letter would be too long."""
    orders, bills, _nothing = evidence(book, found, picked)
    if not orders:
        raise UserError("followup.nothing_to_claim")
    if kind == "pdf" and len(orders) > LETTER_ROWS:
        raise UserError("followup.letter_long", count=f"{len(orders):,}", most=f"{LETTER_ROWS:,}")
    shops = sorted({order.shop for order in orders})
    facts = [(_("Shop"), ", ".join(shops[:3]) + (" …" if len(shops) > 3 else ""))]
    facts += [(_("Task"), task.code)] if task else []
    title = _("Claim of money not settled")
    head = ClaimHead(book.name, found.manifest.as_of, title, tuple(facts), get_language() or "en")
    write_report(
        claim_report(head, orders, bills, kind == "pdf"), kind, path, Printed(by, book.local(datetime.now(UTC)))
    )
    return orders


def file_name(book: Book, found: Results, kind: str, task: Task | None) -> str:
    """What the file is called when it is saved."""
    parts = [_("Claim"), book.name, *([task.code] if task else []), found.manifest.as_of.isoformat()]
    return f"{'-'.join(parts)}.{kind}"


def answer(book: Book, found: Results, picked: Picked, kind: str, request: Any, task: Task | None) -> FileResponse:
    """The file as an answer; the taking away of data is on the audit log, and in the task's history."""
    require(book, request, "export")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"claim.{kind}"
        orders = write(book, found, picked, kind, path, actor_name(request), task)
        response = file_answer(path, file_name(book, found, kind, task), CONTENT_TYPES[kind])
    told(book, request, kind, orders, task)
    return response


def told(book: Book, who: Any, kind: str, orders: Sequence[ClaimOrder], task: Task | None) -> None:
    """Write the deed into the audit log, and mark the orders as claimed."""
    day, actor = book.today(), actor_name(who)
    rows = (
        ClaimedOrder(
            book=book, shop=each.shop, order_no=each.order_no, currency=each.currency, missing=each.difference,
            claimed_on=day, actor=actor,
        )
        for each in orders
    )  # fmt: skip
    with transaction.atomic():
        ClaimedOrder.objects.bulk_create(
            rows, batch_size=500, update_conflicts=True, unique_fields=("book", *queries.KEY),
            update_fields=("missing", "claimed_on", "actor"),
        )  # fmt: skip
        record(who, "followup.claim", task or book, book=book, after={"format": kind, "orders": len(orders)})


def of_task(task: Task) -> Chosen:
    """A task's orders as a selection."""
    from huikuan.server.followup.changes import held_by

    return Chosen("missing", tuple(held_by(task).values_list(*queries.KEY)))

"""What happened to an order: imports, matches, decisions, remarks, its own events; the latest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from huikuan.pipeline.results.results import Results
from huikuan.pipeline.runs.untold_refunds import BY, BY_AFTERSALES, BY_BILL
from huikuan.server.books.models import Book
from huikuan.server.core import statuses
from huikuan.server.core.numbers import money_exact
from huikuan.server.documents.models import DocumentRow
from huikuan.server.workbench import queries
from huikuan.server.workbench.models import Correction, Exclusion, Match
from huikuan.server.workbench.words import because, title_of


@dataclass(frozen=True)
class Event:
    """Something that happened. `url_name`, `url_args`: the page that shows it."""

    at: datetime
    icon: str
    text: str
    who: str
    look: str = ""
    document: str = ""
    group: str = ""


def events(
    book: Book,
    order_no: str,
    shop: str,
    told: Mapping[str, list[dict[str, Any]]],
    links: list[dict[str, Any]],
    found: Results | None,
) -> list[Event]:
    """All events of an order, the latest first."""
    records = [row for rows in told.values() for row in rows]
    keys = [row["record_key"] for row in records]
    made = [
        *_own_events(told["order_line"]),
        *_imports(book, {row["document_id"] for row in records}),
        *_runs(links, found),
        *_matches(book, keys, order_no),
        *_decisions(book, keys),
        *[
            Event(note.created_at, "note", note.text, queries.shown_name(note))
            for note in queries.notes_of(book, [f"order:{shop}/{order_no}"])
        ],
    ]
    return sorted(made, key=lambda event: event.at, reverse=True)


def _own_events(lines: list[dict[str, Any]]) -> list[Event]:
    words = (
        ("paid_at", "credit-card", _("Paid by the buyer")), ("shipped_at", "truck-delivery", _("Shipped")),
        ("received_at", "package", _("Received")), ("refunded_at", "arrow-back-up", _("Refunded")),
    )  # fmt: skip
    first = lines[0] if lines else {}
    found = [
        Event(first[name].replace(tzinfo=UTC), icon, word, _("platform"))
        for name, icon, word in words
        if first.get(name) and not (name == "refunded_at" and first.get(BY))
    ]
    return [*found, *_refunds_laid_over(lines)]


def _refunds_laid_over(lines: list[dict[str, Any]]) -> list[Event]:
    """The refund that the order's own export does not tell (`pipeline.runs.untold_refunds`), with who tells it."""
    told = {
        BY_BILL: _("%(amount)s refunded, as the settlement bill tells; the export of orders does not"),
        BY_AFTERSALES: _("%(amount)s refunded, as the after-sales export tells; the export of orders does not"),
    }
    laid = [line for line in lines if line.get(BY)]
    if not laid:
        return []
    amount = money_exact(sum(line["refunded"] for line in laid))
    text = told[laid[0][BY]] % {"amount": amount}
    return [Event(laid[0]["refunded_at"].replace(tzinfo=UTC), "arrow-back-up", text, _("platform"))]


def _imports(book: Book, documents: set[str]) -> list[Event]:
    found = DocumentRow.objects.filter(book=book, document_id__in=documents)
    return [
        Event(
            row.imported_at,
            "file-import",
            _("Imported: %(file)s") % {"file": row.file_name},
            row.shown_importer or _("file"),
            document=row.document_id,
        )
        for row in found
    ]


def _runs(links: list[dict[str, Any]], found: Results | None) -> list[Event]:
    if found is None:
        return []
    title = title_of("order-settlement").title
    groups = {row["group_id"]: row for row in links if row["status"] in ("matched", "difference")}
    return [
        Event(
            found.manifest.created_at, "circle-check" if row["status"] == "matched" else "equal-not",
            f"{title}: {because(row['evidence'] or '')}", _("system"), row["status"], group=group_id,
        )
        for group_id, row in groups.items()
    ]  # fmt: skip


def _matches(book: Book, keys: list[str], order_no: str) -> list[Event]:
    wanted = Q(members__record_key__in=keys) | Q(members__order_no=order_no)
    made = []
    for match in Match.objects.filter(wanted, book=book).select_related("created_by").distinct():
        words = _("Matched by hand")
        if match.difference_reason:
            words = f"{words} · {statuses.word_of('reason', match.difference_reason)}"
        if match.reason:
            words = f"{words} · {match.reason}"
        made.append(
            Event(
                match.created_at, "link", words, queries.shown_name(match), group=match.group_id if match.live else ""
            )
        )
        if match.undone_at:
            who = str(statuses.word_of("actor", match.undone_actor))
            made.append(Event(match.undone_at, "unlink", _("Match by hand taken back"), who))
    return made


def _decisions(book: Book, keys: list[str]) -> list[Event]:
    made = []
    for each in Correction.objects.filter(book=book, record_key__in=keys).select_related("created_by"):
        words = _("Corrected %(field)s: %(before)s → %(after)s (%(reason)s)") % {
            "field": statuses.word_of("field", each.field),
            "before": each.before or "–",
            "after": each.after or "–",
            "reason": each.reason,
        }
        made.append(Event(each.created_at, "edit", words, queries.shown_name(each)))
    for each in Exclusion.objects.filter(book=book, record_key__in=keys).select_related("created_by"):
        made.append(
            Event(each.created_at, "ban", _("Excluded: %(reason)s") % {"reason": each.reason}, queries.shown_name(each))
        )
    return made

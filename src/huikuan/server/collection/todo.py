"""What a person should do today: files that did not go in, late payouts, balances that break, work left open."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huikuan.pipeline.documents.coverage_told import gap_text
from huikuan.pipeline.results.results import Results
from huikuan.server.collection.home import PAYOUTS, Money
from huikuan.server.core import numbers
from huikuan.server.core.shortcuts import book_url
from huikuan.server.core.todo import Todo, told
from huikuan.server.documents.coverage import coverage_of
from huikuan.server.documents.models import DocumentRow, Upload
from huikuan.server.workbench import bill_items
from huikuan.server.workbench.approvals import waiting_of
from huikuan.server.workbench.queries import shown_name
from huikuan.server.workbench.words import title_of

ZERO = Decimal(0)
RECENT = timedelta(days=30)
BREAKS = ("balance_break", "total_mismatch", "possible_duplicate")


def todos(request: HttpRequest, found: Results | None, moneys: list[Money]) -> list[Todo]:
    """What waits, the most pressing first."""
    lines = [*_files(request), *_items(request), *_approvals(request)]
    if found is not None:
        work = [*_breaks(request, found), *_overdue(request, moneys), *_open(request, found)]
        lines = [*_payouts(request, found), *lines, *work]
    return sorted([*told(request), *lines], key=lambda line: line.last)


def _files(request: HttpRequest) -> list[Todo]:
    book, lines = request.book, []  # type: ignore[attr-defined]
    refused = _refused(book)
    if refused:
        names = ", ".join(dict.fromkeys(upload.name for upload in refused[:3]))
        title = ngettext("%(count)s file was refused", "%(count)s files were refused", len(refused))
        address = book_url(request, "documents:import", query={"batch": refused[0].batch})
        lines.append(Todo("file-alert", "overdue", title % {"count": len(refused)}, address, names))
    flagged = DocumentRow.objects.filter(book=book, undone_at=None, status="flagged").order_by("-imported_at")
    count = flagged.count()
    if count:
        title = ngettext("%(count)s file has doubts", "%(count)s files have doubts", count) % {"count": count}
        names = ", ".join(flagged.values_list("file_name", flat=True)[:2])
        lines.append(
            Todo(
                "file-alert",
                "difference",
                title,
                book_url(request, "documents:list", query={"status": "flagged"}),
                names,
            )
        )
    return lines + _missing(request)


def _missing(request: HttpRequest) -> list[Todo]:
    """Days missing between the documents of an account or shop, and documents that are late."""
    streams = coverage_of(request.book, request.scope.as_of)  # type: ignore[attr-defined]
    gaps = [(stream, gap) for stream in streams for gap in stream.gaps if gap.is_alert]
    late = [stream for stream in streams if stream.expected and stream.expected.state == "late"]
    address, lines = book_url(request, "documents:coverage"), []
    if gaps:
        stream, gap = gaps[0]
        title = ngettext("%(count)s gap between files", "%(count)s gaps between files", len(gaps)) % {
            "count": len(gaps)
        }
        note = f"{stream.name}: {gap_text(stream, gap, numbers.money_exact)}"
        lines.append(Todo("calendar-event", "overdue", title, address, note))
    if late:
        title = ngettext("%(count)s file is due", "%(count)s files are due", len(late)) % {"count": len(late)}
        names = ", ".join(dict.fromkeys(stream.name for stream in late))
        lines.append(Todo("hourglass", "overdue", title, address, names))
    return lines


def _items(request: HttpRequest) -> list[Todo]:
    """Bill items no table knows: their money is in no class."""
    book = request.book  # type: ignore[attr-defined]
    unknown = bill_items.sums(book) if book.data_until else []
    if not unknown:
        return []
    names = ", ".join(dict.fromkeys(each.item for each in unknown[:3]))
    title = ngettext("%(count)s bill item is not known", "%(count)s bill items are not known", len(unknown))
    address = book_url(request, "workbench:items")
    return [Todo("tag", "open", title % {"count": len(unknown)}, address, names)]


def _approvals(request: HttpRequest) -> list[Todo]:
    """Forced matches that wait for a second person, shown to who may approve."""
    waiting = waiting_of(request.book) if request.membership.may("force") else []  # type: ignore[attr-defined]
    if not waiting:
        return []
    title = ngettext(
        "%(count)s forced match waits for a second person",
        "%(count)s forced matches wait for a second person",
        len(waiting),
    )
    who = ", ".join(dict.fromkeys(shown_name(each) for each in waiting[:3]))
    return [
        Todo("shield-half", "forced", title % {"count": len(waiting)}, book_url(request, "workbench:approvals"), who)
    ]


def _refused(book: Any) -> list[Upload]:
    """Files refused lately of which no file of the same name has gone in since."""
    recent = Upload.objects.filter(book=book, state="done", created_at__gte=timezone.now() - RECENT)
    settled: set[str] = set()
    refused = []
    for upload in recent.order_by("-created_at", "-id")[:500]:
        if upload.name in settled:
            continue
        settled.add(upload.name)
        if upload.worst_status == "refused":
            refused.append(upload)
    return refused


def _sums(found: Results, name: str, classes: tuple[str, ...]) -> list[dict[str, Any]]:
    return [row for row in found.classes(name) if row["class"] in classes] if name in found.manifest.names else []


def _payouts(request: HttpRequest, found: Results) -> list[Todo]:
    lines = []
    for row in _sums(found, PAYOUTS, ("payout_missing",)):
        title = ngettext(
            "%(count)s payout has not reached the bank in time", "%(count)s payouts have not reached the bank in time",
            row["count"],
        )  # fmt: skip
        address = book_url(request, "workbench:bench", PAYOUTS, query={"class": "payout_missing"})
        lines.append(
            Todo("alert-triangle", "overdue", title % {"count": row["count"]}, address,
                 _("Ask the platform, or import the bank's latest statement."), row["amount"], row["currency"])
        )  # fmt: skip
    return lines


def _breaks(request: HttpRequest, found: Results) -> list[Todo]:
    lines = []
    for row in _sums(found, "balance", BREAKS):
        if not row["needs_work"]:
            continue
        title = ngettext("%(count)s balance does not go on", "%(count)s balances do not go on", row["count"])
        address = book_url(request, "workbench:bench", "balance", query={"class": row["class"]})
        note = _("A line may be missing from a statement, or stand there twice.")
        lines.append(
            Todo(
                "scale",
                "difference",
                title % {"count": row["count"]},
                address,
                note,
                abs(row["amount"]),
                row["currency"],
            )
        )
    return lines


def _overdue(request: HttpRequest, moneys: list[Money]) -> list[Todo]:
    lines = []
    for money in moneys:
        count, amount = money.whole.overdue_orders, money.whole.places["overdue"]
        if count:
            title = ngettext("%(count)s order is overdue", "%(count)s orders are overdue", count) % {
                "count": f"{count:,}"
            }
            address = book_url(request, "collection:list", query={"figure": "overdue", "currency": money.currency})
            note = _("Past their settlement date and still not settled.")
            lines.append(Todo("hourglass", "overdue", title, address, note, amount, money.currency))
    return lines


def _open(request: HttpRequest, found: Results) -> list[Todo]:
    lines = []
    for name in found.manifest.names:
        left = [r for r in found.classes(name) if r["needs_work"] and r["class"] not in (*BREAKS, "payout_missing")]
        count = sum(row["count"] for row in left)
        if count and name != "balance":
            title = _("%(name)s: %(count)s open") % {
                "name": title_of(name, found.manifest).title,
                "count": f"{count:,}",
            }
            lines.append(
                Todo(
                    "columns",
                    "open",
                    title,
                    book_url(request, "workbench:bench", name),
                    _("Settle them in the workbench."),
                )
            )
    return lines

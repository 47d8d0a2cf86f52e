"""`huikuan deliver`: make and send the automatic reports and reminders that are due now; for cron, without a worker."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from huikuan.cli.common import emit, home_options, json_option, ready

COLUMNS = ("book", "name", "due", "late", "state", "to", "sent", "fault")


@click.command("deliver")
@home_options
@json_option
def deliver_command(home: Path | None, book_name: str | None, as_json: bool) -> None:
    """Make and send the automatic reports and reminders that are due now, of all books or one; one row per recipient.

    Safe beside a running worker and other calls: nothing is sent twice. Exits 1 if something was not sent; it is tried
    again by a later call.
    """
    ready(home)
    from django.utils import timezone

    from huikuan.server.books.services import find_book
    from huikuan.server.delivery.errands import ERRANDS
    from huikuan.server.delivery.services import work_off

    book, now = find_book(book_name) if book_name else None, timezone.now()
    rows = [row for issue in work_off(now, book) for row in _rows(issue)]
    rows += [row for each in ERRANDS for row in each.work_off(now, book)]
    emit(rows, as_json, COLUMNS)
    if any(row["fault"] for row in rows):
        sys.exit(1)


def _rows(issue: Any) -> list[dict[str, Any]]:
    """An issue and each of its recipients; the issue alone where nothing was sent."""
    head = {
        "book": issue.book.name, "name": issue.name, "due": issue.book.local(issue.due_at), "late": issue.late,
        "period_from": issue.date_from, "period_to": issue.date_to,
    }  # fmt: skip
    sendings = [
        {**head, "state": each.state, "to": each.shown, "sent": each.sent_at, "fault": each.fault}
        for each in issue.sendings.all()
    ]
    return sendings or [{**head, "state": issue.state, "to": "", "sent": None, "fault": issue.fault}]

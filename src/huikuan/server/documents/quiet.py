"""Days without business: a person says so, and no file is asked for; it can be taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from huikuan.pipeline.documents.coverage import Coverage
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server.accounts.access import require
from huikuan.server.audit.services import record
from huikuan.server.books.models import Book
from huikuan.server.documents.coverage import coverage_of
from huikuan.server.documents.models import QuietDays
from huikuan.server.workbench.services import author_of, end

register(
    {
        "coverage.not_missing": gettext_noop(
            "%(first)s – %(last)s is not missing. Choose days between two files, or after the last one and not later "
            "than today."
        ),
        "coverage.no_stream": gettext_noop(
            "No imported document of that format is of “%(name)s”. `huikuan coverage` lists names and formats."
        ),
        "coverage.several_streams": gettext_noop(
            "Several kinds of files are of “%(name)s”: %(formats)s. Say which one with --format."
        ),
        "coverage.not_quiet": gettext_noop("These days were not marked, or the mark has been taken back already."),
    }
)


@transaction.atomic
def say_quiet(book: Book, actor: Any, stream: Coverage, first: date, last: date, reason: str = "") -> QuietDays:
    """Say that there was no business from one day to another, both included. UserError `coverage.not_missing` for days
    that a file tells, days before the first file and days to come."""
    require(book, actor, "match")
    told = any(span.first <= last and first <= span.last for span in stream.spans)
    if told or first > last or stream.first is None or first < stream.first or last > book.today():
        raise UserError("coverage.not_missing", first=first, last=last)
    made = QuietDays.objects.create(
        book=book, stream=stream.key, first=first, last=last, reason=reason, **author_of(actor)
    )
    after = {"name": stream.name, "from": first.isoformat(), "to": last.isoformat(), "reason": reason}
    record(actor, "coverage.quiet", f"stream:{stream.key}", book=book, after=after)
    return made


@transaction.atomic
def take_back(book: Book, actor: Any, pk: int) -> QuietDays:
    """The days are asked for again."""
    require(book, actor, "match")
    found = QuietDays.objects.select_for_update().filter(book=book, pk=pk, live=True).first()
    if found is None:
        raise UserError("coverage.not_quiet")
    end(found, actor)
    before = {"from": found.first.isoformat(), "to": found.last.isoformat(), "reason": found.reason}
    record(actor, "coverage.quiet_undo", f"stream:{found.stream}", book=book, before=before)
    return found


def quiet_of(book: Book, stream: Coverage) -> list[QuietDays]:
    """What was said of a stream and stands, the latest days first."""
    return list(QuietDays.objects.filter(book=book, stream=stream.key, live=True).order_by("-first"))


def stream_of(book: Book, key: str, today: date) -> Coverage | None:
    """The stream of a key as of a day."""
    return next((each for each in coverage_of(book, today) if each.key == key), None)


def stream_named(book: Book, name: str, format_id: str, today: date) -> Coverage:
    """The stream of an account or shop, by its name and, where several are of it, a format. UserError
    `coverage.no_stream`, `coverage.several_streams`."""
    named = [each for each in coverage_of(book, today) if each.name == name]
    found = [each for each in named if format_id in ("", *each.formats)]
    if not found:
        raise UserError("coverage.no_stream", name=name)
    if len(found) > 1:
        raise UserError("coverage.several_streams", name=name, formats="; ".join(", ".join(f.formats) for f in found))
    return found[0]


def said_of(book: Book, stream: Coverage, first: date, last: date) -> QuietDays:
    """What was said of exactly these days and stands. UserError `coverage.not_quiet`."""
    found = next((each for each in quiet_of(book, stream) if (each.first, each.last) == (first, last)), None)
    if found is None:
        raise UserError("coverage.not_quiet")
    return found

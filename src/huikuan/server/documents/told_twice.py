"""What a document's page and the import page say of things told twice, in files or by the platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from huikuan.pipeline.compute import connect
from huikuan.pipeline.documents.coverage import PROVED_KINDS
from huikuan.pipeline.documents.told_twice import Shared, shared_with, twin_of
from huikuan.pipeline.runs.facts import finding_key
from huikuan.records.document import Document
from huikuan.records.errors import UserError
from huikuan.records.kind import record_key_parts
from huikuan.records.kinds import KINDS
from huikuan.server.accounts.access import require
from huikuan.server.audit.services import record
from huikuan.server.books.models import Book
from huikuan.server.documents.library import library_book
from huikuan.server.workbench.models import Exclusion
from huikuan.server.workbench.services import add_record, author_of, results

# What the reconciliations call told twice.
CLASSES = {"order-settlement": ("duplicate", "refund_twice"), "balance": ("possible_duplicate",)}


@dataclass(frozen=True)
class Twice:
    """Movements of a document which a reconciliation found twice."""

    reconciliation: str
    class_: str
    currency: str
    count: int
    amount: Decimal


def shared(book: Book, document_id: str) -> list[Shared]:
    """The documents that tell records of a standing document too."""
    lake = library_book(book).lake
    document = next((each for each in lake.documents() if each.document_id == document_id), None)
    if document is None or not _has_company(document, lake.documents()):
        return []
    con = connect()
    try:
        return shared_with(lake, con, document)
    finally:
        con.close()


def _has_company(document: Document, documents: list[Document]) -> bool:
    """Whether it knew records that were told before it, or a later document did."""
    later = documents[documents.index(document) :]
    return any(other.duplicate or other.updated for other in later)


def twins(book: Book, wanted: set[str]) -> dict[str, Document]:
    """Of documents that unchanged files came to, by id: the first that told the same. None of those that only tell
    what several others told."""
    if not wanted:
        return {}
    documents = library_book(book).lake.documents()
    found = {}
    for place, document in enumerate(documents):
        if document.document_id in wanted:
            repeats = document.duplicate > 0 and not document.new and not document.updated
            twin = twin_of(document, documents[:place]) if repeats else document
            found |= {document.document_id: twin} if twin else {}
    return found


def booked_twice(book: Book, document_id: str) -> list[Twice]:
    """What the published results found twice in a document; empty before the first run."""
    try:
        found = results(book)
    except UserError:
        return []
    told = []
    for name, classes in CLASSES.items():
        if name not in found.manifest.names:
            continue
        rows = found.run.query(
            f"SELECT class, currency, count(*) AS count, sum(amount) AS amount FROM {found.run.table(name, 'open')} "
            f"WHERE document_id = ? AND list_contains(?, class) "
            f"GROUP BY class, currency ORDER BY class, currency",
            [document_id, list(classes)],
        )
        told += [Twice(name, row["class"], row["currency"], row["count"], abs(row["amount"])) for row in rows]
    return told


@dataclass(frozen=True)
class Doubtful:
    """A line that several documents tell, which may be one movement or two."""

    record_key: str
    date: date | None
    currency: str
    amount: Decimal


def doubtful(book: Book, document_id: str, kinds: Sequence[str]) -> list[Doubtful]:
    """The lines of a document about which nobody has decided yet whether they are one movement or two."""
    lake, found = library_book(book).lake, list[Doubtful]()
    settled = set(
        Exclusion.objects.filter(book=book, live=True, record_key__startswith=finding_key("")).values_list(
            "record_key", flat=True
        )
    )
    con = connect()
    try:
        for kind in PROVED_KINDS:
            if kind in kinds:
                lake.register_possible_duplicates(con, kind, "doubtful")
                lake.register_document(con, kind, document_id, "mine")
                rows = con.execute(
                    "SELECT record_key, d.business_date, d.currency, d.amount FROM doubtful d "
                    "SEMI JOIN mine USING (record_key) ORDER BY 2, 1"
                ).fetchall()
                found += [Doubtful(*row) for row in rows if finding_key(row[0]) not in settled]
    finally:
        con.close()
    return found


@transaction.atomic
def decide(book: Book, actor: Any, document_id: str, record_key: str, movements: int) -> None:
    """Say that a doubtful line of a document is one movement, or two: then the second is entered as a record by hand.

    It holds whatever is imported again, and counts from the next run on. UserError where nothing is in doubt.
    """
    kind_name = record_key_parts(record_key)[0]
    if record_key not in {each.record_key for each in doubtful(book, document_id, [kind_name])}:
        raise UserError("correct.no_record", record_key=record_key)
    require(book, actor, "match")
    reason = gettext("Two files tell it: %(n)s movements") % {"n": movements}
    Exclusion.objects.create(
        book=book, record_key=finding_key(record_key), reconciliation="balance", reason=reason, **author_of(actor)
    )
    after = {"reconciliation": "balance", "reason": reason}
    record(actor, "record.exclude", f"record:{record_key}", book=book, after=after)
    if movements == 2:
        add_record(book, actor, kind_name, _second(book, kind_name, record_key), reason)


def _second(book: Book, kind_name: str, record_key: str) -> dict[str, str]:
    """The fields of the second movement: those of the first, with the next free number."""
    kind = KINDS[kind_name]
    names = [*kind.key, "currency", "amount", "business_date"]
    con = connect()
    try:
        library_book(book).lake.register_current(con, kind_name, "lines")
        same = " AND ".join(f"l.{name} = m.{name}" for name in kind.key if name != "n")
        row = con.execute(
            f"SELECT {', '.join(f'm.{name}' for name in names)}, (SELECT max(n) + 1 FROM lines l WHERE {same}) "
            f"FROM lines m WHERE m.record_key = ?",
            [record_key],
        ).fetchone()
    finally:
        con.close()
    if row is None:
        raise UserError("correct.no_record", record_key=record_key)
    values = dict(zip(names, map(str, row[:-1]), strict=True))
    return values | {"n": str(row[-1])}

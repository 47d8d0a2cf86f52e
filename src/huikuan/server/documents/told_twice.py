"""What a document's page and the import page say of things told twice, in files or by the platform."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from huikuan.pipeline.compute import connect
from huikuan.pipeline.told_twice import Shared, shared_with, twin_of
from huikuan.records.document import Document
from huikuan.records.errors import UserError
from huikuan.server.books.models import Book
from huikuan.server.documents.library import library_book

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
    from huikuan.server.workbench.services import results

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

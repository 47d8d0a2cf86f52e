"""What a batch of uploaded files has come to, for the import page: a line per document, the refused first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from huikuan.pipeline.documents.importing import CLOSED_PROBLEMS
from huikuan.server.books.models import Book
from huikuan.server.documents.held import KindChanges, changes_in_words
from huikuan.server.documents.models import Upload
from huikuan.server.documents.problems import ASKED, ProblemLine, first_mismatch, lines_of, sentence
from huikuan.server.documents.services import upload_path
from huikuan.server.documents.told_twice import twins

# Which question a problem's code puts to the person.
QUESTIONS = {
    "import.shop_unknown": "shop",
    "shop.unknown": "shop",
    "import.account_unknown": "account",
    "account.unknown": "account",
    "file.zip_password": "password",
    "file.zip_password_wrong": "password",
    "file.not_recognised": "mapping",
    "file.not_recognised_near": "mapping",
}
ASKING = ("mapping", "shop", "account", "password")
ORDER = ("refused", "held", *ASKING, "waiting", "flagged", "imported", "left", "unchanged")
PROBLEMS_SHOWN = 8


@dataclass(frozen=True)
class Entry:
    """One document of one uploaded file, or the file itself while nothing is known. `state` is one of ORDER."""

    upload: Upload
    state: str
    row: dict[str, Any] = field(default_factory=dict)
    can_retry: bool = False
    same_as: datetime | None = None  # when the document was imported whose content an unchanged file repeats
    twin: str = ""  # what that document is called
    changes: list[KindChanges] = field(default_factory=list)  # of a held document

    @property
    def file_faults(self) -> list[str]:
        """What is said of the file as a whole, without what the page asks about in words of its own.

        Where rows could not be read, totals disagree because of them: the rows are named, the totals are not.
        """
        left_out = (*ASKED, "control.mismatch") if self.row.get("rejected") else ASKED
        said = [p for p in self._problems if p.get("row") is None and p["code"] not in left_out]
        return [sentence(problem) for problem in said]

    @property
    def closed_notes(self) -> list[str]:
        """What closed periods did not take in, or take as late, of a document that was imported."""
        told = [p for p in self._problems if p["code"] in CLOSED_PROBLEMS] if self.row.get("document") else []
        return [sentence(problem) for problem in told]

    @property
    def row_faults(self) -> list[ProblemLine]:
        """What is said of single rows."""
        return lines_of(problem for problem in self._problems if problem.get("row") is not None)

    @property
    def shown_faults(self) -> list[ProblemLine]:
        """The first few of single rows."""
        return self.row_faults[:PROBLEMS_SHOWN]

    @property
    def more_faults(self) -> list[ProblemLine]:
        """Those listed beyond the first few."""
        return self.row_faults[PROBLEMS_SHOWN:]

    @property
    def _problems(self) -> list[dict[str, Any]]:
        return list(self.row.get("problems", []))

    @property
    def opened(self) -> bool:
        """Whether the page shows its details without being asked."""
        return self.state in ("refused", "held", *ASKING)

    @property
    def has_details(self) -> bool:
        """Whether there is anything to open."""
        return bool(self.file_faults or self.row_faults or self.job_fault or self.state in ("password", "held"))

    @property
    def job_fault(self) -> str:
        """Why the work itself failed: a full disk, a lock."""
        job = self.upload.job
        return str(job.fault) if job and self.upload.state != "done" and job.fault else ""

    @property
    def can_map(self) -> bool:
        """Whether its columns can be mapped: its bytes are still there."""
        return self.state == "mapping" and self.can_retry

    @property
    def can_import_rest(self) -> bool:
        """Whether the readable rows of a refused file can be imported without the others."""
        return bool(
            self.can_retry and self.row.get("status") == "refused" and self.row["rejected"] and self.row["accepted"]
        )

    @property
    def can_try_again(self) -> bool:
        """Whether the work failed, not the file: the same may succeed now."""
        return self.can_retry and self.upload.state != "done" and (self.state == "refused" or self.upload.job is None)

    @property
    def mismatch(self) -> tuple[str, Decimal] | None:
        """The first stated total that disagrees, and by how much."""
        return first_mismatch(self.row.get("controls", [])) if self.row.get("status") == "flagged" else None

    @property
    def total(self) -> Decimal | None:
        """The amount that tells most of the document: orders' paid, else money in less money out."""
        totals = {name: Decimal(value) for name, value in self.row.get("totals", {}).items()}
        if "order_line.paid" in totals:
            return totals["order_line.paid"]
        for kind in ("wallet_line", "bank_line", "settlement_line"):
            if f"{kind}.in" in totals or f"{kind}.out" in totals:
                return totals.get(f"{kind}.in", Decimal(0)) - abs(totals.get(f"{kind}.out", Decimal(0)))
        return None

    @property
    def controls_ok(self) -> bool:
        """Whether the document states control totals and all agree."""
        controls = self.row.get("controls", [])
        return bool(controls) and all(control["ok"] for control in controls)


@dataclass(frozen=True)
class Batch:
    """Files dropped together. `counts` by state; `asked`: which questions wait for an answer."""

    name: str
    entries: list[Entry]
    active: bool

    @property
    def counts(self) -> dict[str, int]:
        """How many documents are in which state."""
        return dict(Counter(entry.state for entry in self.entries))

    @property
    def refused(self) -> int:
        """Refused for good, or until somebody answers."""
        return sum(entry.state in ("refused", "password") for entry in self.entries)

    @property
    def asked(self) -> dict[str, list[Entry]]:
        """An entry for each file of which shop or account are not known, per question."""
        return {
            question: list(found.values())
            for question in ("shop", "account")
            if (found := {entry.upload.pk: entry for entry in self.entries if entry.state == question})
        }

    @property
    def held(self) -> list[Entry]:
        """Entries that would change known records, and wait for a person's word."""
        return [entry for entry in self.entries if entry.state == "held" and entry.can_retry]

    @property
    def failed(self) -> list[Entry]:
        """Entries whose work failed through no fault of the file."""
        return [entry for entry in self.entries if entry.can_try_again]

    @property
    def done(self) -> int:
        """How many files have been read."""
        return len({entry.upload.pk for entry in self.entries if entry.state != "waiting"})

    @property
    def files(self) -> int:
        """How many files were handed in."""
        return len({entry.upload.pk for entry in self.entries})

    @property
    def ownerless(self) -> int:
        """How many files wait for their shop or account."""
        return sum(entry.state in ("shop", "account") for entry in self.entries)

    @property
    def sums(self) -> dict[str, int]:
        """Rows accepted, records new and known, over the whole batch."""
        names = ("accepted", "new", "updated", "duplicate")
        kept = [entry.row for entry in self.entries if entry.row.get("status") in ("imported", "flagged", "unchanged")]
        return {name: sum(row[name] for row in kept) for name in names}


def batch_of(book: Book, name: str = "", names: bool = False) -> Batch | None:
    """A batch by name, else the latest; None if nothing was ever handed in. `names`: other parties may be named."""
    uploads = Upload.objects.filter(book=book).select_related("job")
    if not name:
        latest = uploads.first()
        name = latest.batch if latest else ""
    found = list(uploads.filter(batch=name).order_by("pk")) if name else []
    if not found:
        return None
    known = _known(book, found)
    entries = [entry for upload in found for entry in _entries(book, upload, known, names)]
    entries.sort(key=lambda entry: ORDER.index(entry.state))
    return Batch(name, entries, any(_active(upload) for upload in found))


def _known(book: Book, uploads: list[Upload]) -> dict[str, tuple[datetime, str]]:
    """When the documents were imported that unchanged files repeat, and their names, by the file's own document."""
    ids = {row["document"] for upload in uploads for row in upload.rows if row["status"] == "unchanged"}
    return {name: (twin.imported_at, twin.file_name) for name, twin in twins(book, ids).items() if twin.imported_at}


def _entries(book: Book, upload: Upload, known: dict[str, tuple[datetime, str]], names: bool) -> list[Entry]:
    kept = upload_path(upload).exists()
    if upload.state != "done":
        return [Entry(upload, "refused" if _stopped(upload) else "waiting", can_retry=kept)]
    return [
        Entry(
            upload, _state(row), row, kept, *known.get(row["document"], (None, "")),
            changes_in_words(book, row, names) if row["status"] == "held" else [],
        )
        for row in upload.rows
    ]  # fmt: skip


def _stopped(upload: Upload) -> bool:
    """Whether nobody works on it any more: its job failed or was cancelled, before or while it was read."""
    return upload.state == "failed" or bool(upload.job and upload.job.state in ("failed", "cancelled"))


def _active(upload: Upload) -> bool:
    return upload.state in ("waiting", "importing") and upload.job is not None and not _stopped(upload)


def _state(row: dict[str, Any]) -> str:
    """A row's status; a refused one is named by the question that would help it."""
    if row["status"] != "refused":
        return str(row["status"])
    asked = [QUESTIONS[problem["code"]] for problem in row["problems"] if problem["code"] in QUESTIONS]
    return asked[0] if asked else "refused"

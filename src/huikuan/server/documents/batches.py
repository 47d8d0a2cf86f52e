"""What a batch of uploaded files has come to, for the import page: a line per document, the refused first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from huikuan.records.messages import text_of
from huikuan.server.books.models import Book
from huikuan.server.documents.models import Upload
from huikuan.server.documents.services import upload_path

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
ORDER = ("refused", "mapping", "shop", "account", "password", "waiting", "flagged", "imported", "unchanged")
PROBLEMS_SHOWN = 8


@dataclass(frozen=True)
class Entry:
    """One document of one uploaded file, or the file itself while nothing is known. `state` is one of ORDER."""

    upload: Upload
    state: str
    row: dict[str, Any] = field(default_factory=dict)
    can_retry: bool = False

    @property
    def problems(self) -> list[dict[str, Any]]:
        """Problems with their sentences in the active language."""
        return [problem | {"text": sentence(problem)} for problem in self.row.get("problems", [])]

    @property
    def shown_problems(self) -> list[dict[str, Any]]:
        """The first few problems."""
        return self.problems[:PROBLEMS_SHOWN]

    @property
    def more_problems(self) -> int:
        """How many problems are listed beyond the shown ones."""
        return max(0, len(self.row.get("problems", [])) - PROBLEMS_SHOWN)

    @property
    def opened(self) -> bool:
        """Whether the page shows its details without being asked."""
        return self.state in ("refused", "mapping", "shop", "account", "password")

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
        """Entries per open question about shop and account: asked once for all."""
        return {
            question: found
            for question in ("shop", "account")
            if (found := [entry for entry in self.entries if entry.state == question])
        }

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


def sentence(problem: dict[str, Any]) -> str:
    """A kept problem in the active language; the kept text where its code needs more than was kept."""
    where = {name: problem.get(name) for name in ("sheet", "row", "column")}
    text = text_of(problem["code"], where | problem.get("params", {}))
    return problem.get("text", text) if "(missing " in text or text.startswith(problem["code"]) else text


def batch_of(book: Book, name: str = "") -> Batch | None:
    """A batch by name, else the latest; None if nothing was ever handed in."""
    uploads = Upload.objects.filter(book=book).select_related("job")
    if not name:
        latest = uploads.first()
        name = latest.batch if latest else ""
    found = list(uploads.filter(batch=name).order_by("pk")) if name else []
    if not found:
        return None
    entries = [entry for upload in found for entry in _entries(upload)]
    entries.sort(key=lambda entry: ORDER.index(entry.state))
    return Batch(name, entries, any(upload.state in ("waiting", "importing") and upload.job for upload in found))


def _entries(upload: Upload) -> list[Entry]:
    if upload.state != "done":
        state = "refused" if upload.state == "failed" else "waiting"
        return [Entry(upload, state, can_retry=upload_path(upload).exists())]
    kept = upload_path(upload).exists()
    return [Entry(upload, _state(row), row, kept) for row in upload.rows]


def _state(row: dict[str, Any]) -> str:
    """A row's status; a refused one is named by the question that would help it."""
    if row["status"] != "refused":
        return str(row["status"])
    asked = [QUESTIONS[problem["code"]] for problem in row["problems"] if problem["code"] in QUESTIONS]
    return asked[0] if asked else "refused"

"""Published runs on disk: manifests, pointers, removal of old ones.

`results/RUN/` holds one run's Parquet files and `manifest.json`. A pointer names the run that holds for its arguments:
`current.json` for today and the whole book, `at_..json` for another day or a part of the period. Publishing is
one `os.replace` of the pointer; readers keep the run they opened.
"""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from huikuan.engine.model import Definition
from huikuan.pipeline.book import Book
from huikuan.pipeline.plain import hash_of, plain
from huikuan.pipeline.runs.run_files import RunFiles
from huikuan.recons import RECONCILIATIONS, definition_of
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register, text_of
from huikuan.records.rules import Rules
from huikuan.records.user_reconciliation import UserReconciliation
from huikuan.records.user_reconciliation_file import read, to_plain

register(
    {
        "results.none": gettext_noop("Nothing has been reconciled yet. Run a reconciliation first."),
        "results.none_today": gettext_noop(
            "Nothing has been reconciled as of today yet. There are runs for: %(runs)s. Give the same arguments, or "
            "run `huikuan reconcile` first."
        ),
        "results.none_for": gettext_noop(
            "There is no run for %(arguments)s. There are runs for: %(runs)s. Run `huikuan reconcile` with the same "
            "arguments first."
        ),
        "results.run_today": gettext_noop("today"),
    }
)

KEPT = timedelta(hours=24)
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Arguments:
    """What a run was asked for. All None: as of today, the whole book."""

    as_of: date | None = None
    date_from: date | None = None
    date_to: date | None = None

    @property
    def pointer(self) -> str:
        """File name of the pointer of these arguments."""
        parts = [
            f"{name}{value.isoformat()}"
            for name, value in (("as-of-", self.as_of), ("from-", self.date_from), ("to-", self.date_to))
            if value is not None
        ]
        return f"at_{'_'.join(parts)}.json" if parts else "current.json"

    @classmethod
    def of_pointer(cls, name: str) -> Arguments:
        """The arguments that a pointer's file name tells."""
        told = dict(re.findall(r"(as-of|from|to)-(\d{4}-\d{2}-\d{2})", name))
        days = {each: date.fromisoformat(day) for each, day in told.items()}
        return cls(days.get("as-of"), days.get("from"), days.get("to"))

    def words(self) -> str:
        """The arguments as they are typed; blank for today and the whole book."""
        told = (("--as-of", self.as_of), ("--from", self.date_from), ("--to", self.date_to))
        return " ".join(f"{name} {value}" for name, value in told if value is not None)


def arguments(book: Book, as_of: date | None, date_from: date | None = None, date_to: date | None = None) -> Arguments:
    """The arguments with today's date left out: a run as of today is the current one."""
    return Arguments(None if as_of == book.today() else as_of, date_from, date_to)


@dataclass(frozen=True)
class Manifest:
    """What a run was made of and what it holds. `decided` names the decisions it knew (see overlay); `declared` are
    the user's own reconciliations, each by its name with the `hash` of its definition and the `definition` itself.
    `base`: the run that an incremental one rests on; it computed the results of so many orders (`keys`) anew."""

    run: str
    created_at: datetime
    as_of: date
    date_from: date | None
    date_to: date | None
    names: tuple[str, ...]
    facts: str
    rules: str
    decisions: str
    versions: Mapping[str, str]
    tolerances: Mapping[str, Decimal]
    rows: Mapping[str, Mapping[str, int]]
    decided: Mapping[str, list[str]] = field(default_factory=dict)
    conflicts: tuple[Mapping[str, Any], ...] = ()
    declared: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    seconds: float = 0.0
    base: str = ""
    keys: int = 0

    def user_reconciliation(self, name: str) -> UserReconciliation | None:
        """A reconciliation of the user's own as the run knew it; None for a built-in or an unknown name."""
        found = self.declared.get(name)
        return read(found["definition"])[0] if found else None

    def definition(self, name: str) -> Definition | None:
        """A reconciliation as the run knew it, built-in or the user's own; None for an unknown name."""
        own = self.user_reconciliation(name)
        return definition_of(own) if own else RECONCILIATIONS.get(name)

    def to_json(self) -> str:
        """As it is written."""
        return json.dumps(plain(self), ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """As it is read."""
        raw = json.loads(text)
        for name in ("as_of", "date_from", "date_to"):
            raw[name] = date.fromisoformat(raw[name]) if raw[name] else None
        raw["created_at"] = datetime.fromisoformat(raw["created_at"])
        raw["names"] = tuple(raw["names"])
        raw["conflicts"] = tuple(raw["conflicts"])
        raw["tolerances"] = {k: Decimal(v) for k, v in raw["tolerances"].items()}
        return cls(**raw)


def declared(rules: Rules) -> dict[str, dict[str, Any]]:
    """What a manifest tells of the user's own reconciliations."""
    told = {own.name: to_plain(own) for own in rules.user_reconciliations}
    return {name: {"hash": hash_of(definition), "definition": definition} for name, definition in told.items()}


def new_run_folder(book: Book, now: datetime) -> Path:
    """A folder for a run about to be made; nobody sees it until its pointer is published."""
    folder = book.results_folder / f"{now.astimezone(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    folder.mkdir(parents=True)
    return folder


def publish(book: Book, asked: Arguments, folder: Path) -> None:
    """Switch the pointer of these arguments to the run in `folder`, at once and wholly."""
    pointer = book.results_folder / asked.pointer
    temporary = pointer.with_suffix(f".{secrets.token_hex(4)}.tmp")
    temporary.write_text(json.dumps({"run": folder.name}), encoding="utf-8")
    temporary.replace(pointer)


def find_run(book: Book, asked: Arguments) -> Path | None:
    """The folder of the run published for these arguments; None when there is none."""
    pointer = book.results_folder / asked.pointer
    try:
        name = json.loads(pointer.read_text(encoding="utf-8"))["run"]
    except FileNotFoundError:
        return None
    folder = book.results_folder / str(name)
    return folder if (folder / MANIFEST).exists() else None


def published(book: Book) -> list[Arguments]:
    """What there are runs for: today and the whole book first, then by arguments."""
    asked = [Arguments(), *(Arguments.of_pointer(path.name) for path in sorted(book.results_folder.glob("at_*.json")))]
    return [each for each in asked if find_run(book, each) is not None]


def get_run(book: Book, asked: Arguments) -> Path:
    """Like `find_run`, but a UserError names the runs there are, and says what to do."""
    folder = find_run(book, asked)
    if folder is not None:
        return folder
    runs = "; ".join(each.words() or text_of("results.run_today", {}) for each in published(book))
    if not runs:
        raise UserError("results.none")
    if asked.words():
        raise UserError("results.none_for", arguments=asked.words(), runs=runs)
    raise UserError("results.none_today", runs=runs)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a run."""
    return Manifest.from_json((folder / MANIFEST).read_text(encoding="utf-8"))


def files_of(folder: Path, manifest: Manifest) -> RunFiles:
    """Where the tables of a run lie."""
    return RunFiles(folder, folder.parent / manifest.base if manifest.base else None)


def remove_old(book: Book, now: datetime) -> list[str]:
    """Remove runs older than 24 hours but the current one and those that a kept one rests on, and the pointers to them.
    A file that is still open (Windows) stays until the next time. Returns the names of the runs removed."""
    current = find_run(book, Arguments())
    folders = sorted(p for p in book.results_folder.glob("*-*") if p.is_dir())
    kept = [p for p in folders if p == current or now - datetime.fromtimestamp(p.stat().st_mtime, UTC) < KEPT]
    bases = {read_manifest(p).base for p in kept if (p / MANIFEST).exists()}
    removed = []
    for folder in folders:
        if folder in kept or folder.name in bases:
            continue
        with contextlib.suppress(OSError):
            shutil.rmtree(folder)
            removed.append(folder.name)
    for pointer in book.results_folder.glob("at_*.json"):
        if not (book.results_folder / _run_of(pointer)).exists():
            pointer.unlink(missing_ok=True)
    return removed


def _run_of(pointer: Path) -> str:
    return str(json.loads(pointer.read_text(encoding="utf-8"))["run"])

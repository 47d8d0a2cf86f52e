"""Closed periods as they lie on disk, and what may not be touched because of them. `closing` writes them.

`closed/PERIOD/` holds a frozen copy: `manifest.json`, the period's records (`records.parquet`), links, open items,
statement and collection of its last day, the decisions and rules in force, and `keys.parquet`, in which what is frozen
is looked up. The manifest's `content_hash` is the SHA-256 over the manifest itself, in which the hash of every file
stands. A reopened period's copy is kept under `closed/reopened/`, where it binds nobody.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from huikuan.insight.periods import named_span
from huikuan.lake.frozen import ClosedSpan
from huikuan.pipeline.book import Book
from huikuan.pipeline.compute import connect, literal
from huikuan.pipeline.plain import plain
from huikuan.pipeline.runs.run_tables import statement_sql
from huikuan.recons.local_time import end_of_day
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.records.sql import dict_rows

register(
    {
        "period.unknown": gettext_noop(
            "“%(period)s” is no period. Write a month like 2026-01, a week like 2026-W05 or a day like 2026-01-31."
        ),
        "period.open": gettext_noop("%(period)s is not closed."),
        "period.uses_document": gettext_noop(
            "%(file)s cannot be taken out: the closed period %(period)s is made of it. The owner has to reopen "
            "%(period)s first."
        ),
        "period.record_closed": gettext_noop(
            "%(record_key)s belongs to the closed period %(period)s and stays as it is. Enter a correction dated in an "
            "open period, or ask the owner to reopen %(period)s."
        ),
        "period.settled": gettext_noop(
            "%(record_key)s was matched when %(period)s was closed; that match stays. Ask the owner to reopen "
            "%(period)s."
        ),
        "period.day_closed": gettext_noop(
            "%(day)s lies in the closed period %(period)s. Use a day of an open period, or ask the owner to reopen "
            "%(period)s."
        ),
    }
)

MANIFEST = "manifest.json"
RECORDS, KEYS = "records", "keys"
REOPENED = "reopened"
HASH = "content_hash"


@dataclass(frozen=True)
class Period:
    """A month, ISO week or day by its name: 2026-01, 2026-W05, 2026-01-31."""

    name: str
    first: date
    last: date

    def holds(self, other: Period) -> bool:
        """Whether all days of another lie in it."""
        return self.first <= other.first and other.last <= self.last

    def meets(self, first: date | None, last: date | None) -> bool:
        """Whether a span, open where None, has days of it."""
        return (first or date.min) <= self.last and self.first <= (last or date.max)


def period_of(name: str) -> Period:
    """The period of a name. UserError `period.unknown`."""
    span = named_span(name)
    if span is None:
        raise UserError("period.unknown", period=name)
    return Period(name, *span)


@dataclass(frozen=True)
class Closed(Period):
    """A closed period: its frozen copy lies in `folder`, `manifest` tells what it holds."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def content_hash(self) -> str:
        """SHA-256 over all that is frozen, 64 hexadecimal digits."""
        return str(self.manifest[HASH])

    @property
    def closed_at(self) -> datetime:
        """When it was closed."""
        return datetime.fromisoformat(self.manifest["closed_at"])

    @property
    def statement(self) -> list[dict[str, Any]]:
        """The frozen statement, one row per reconciliation, side, currency and `late`."""
        return [_figures(row) for row in self.manifest["statement"]]

    @property
    def records(self) -> list[dict[str, Any]]:
        """The frozen records by kind, currency and `late`: `count`, `amount` (those that count)."""
        return [_figures(row) for row in self.manifest["records"]]

    @property
    def work(self) -> list[dict[str, Any]]:
        """What was open and needed work, by reconciliation and currency: `count`, `amount` (sizes, never netted)."""
        return [_figures(row) for row in self.manifest["work"]]

    @property
    def collection(self) -> list[dict[str, Any]]:
        """The frozen totals of the orders by shop, currency and status."""
        return [_figures(row) for row in self.manifest["collection"]]

    def path(self, part: str) -> Path:
        """The file of a table: `records`, `keys`, `collection`, `NAME.links`, `NAME.open`."""
        return self.folder / f"{part}.parquet"


TEXTS = ("name", "side", "currency", "kind", "shop", "status")


def _figures(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of figures with its money as decimals."""
    return {key: Decimal(v) if isinstance(v, str) and key not in TEXTS else v for key, v in row.items()}


def closed_periods(book: Book) -> list[Closed]:
    """The closed periods of a book, by their first day, the longer first."""
    found = [_read(path, path.stat().st_mtime_ns) for path in book.closed_folder.glob(f"*/{MANIFEST}")]
    return sorted(found, key=lambda each: (each.first, -each.last.toordinal()))


@functools.lru_cache(maxsize=1024)
def _read(path: Path, _changed: int) -> Closed:
    manifest = json.loads(path.read_text(encoding="utf-8"))
    first, last = (date.fromisoformat(manifest[name]) for name in ("first", "last"))
    return Closed(str(manifest["period"]), first, last, path.parent, manifest)


def find_closed(book: Book, name: str) -> Closed:
    """The closed period of that name. UserError: it is none, or is not closed."""
    period_of(name)
    found = next((each for each in closed_periods(book) if each.name == name), None)
    if found is None:
        raise UserError("period.open", period=name)
    return found


def closed_on(book: Book, day: date | None) -> Closed | None:
    """The closed period that a day lies in, the one that begins first; None for an open day and for none."""
    if day is None:
        return None
    return next((each for each in closed_periods(book) if each.first <= day <= each.last), None)


def closed_spans(book: Book) -> list[ClosedSpan]:
    """The days of the closed periods, as the lake is told them."""
    return [
        ClosedSpan(each.name, each.first, each.last, end_of_day(each.last, book.timezone))
        for each in closed_periods(book)
    ]


def place_of(book: Book, record_key: str, day: date | None) -> tuple[str, str]:
    """Where a record stands: ("frozen", the closed period that holds it), ("late", the closed period its day lies in),
    or two blanks."""
    for _key, period in _held(book, [record_key], "frozen"):
        return "frozen", period
    around = closed_on(book, day)
    return ("late", around.name) if around is not None else ("", "")


def late_among(book: Book, days: Mapping[str, date | None]) -> dict[str, str]:
    """Of records and the days they belong to, those that came late: each with the closed period its day lies in."""
    periods = closed_periods(book)
    around = {
        key: next((each.name for each in periods if each.first <= day <= each.last), "")
        for key, day in days.items()
        if day is not None
    }
    inside = [key for key, name in around.items() if name]
    frozen = {key for key, _period in _held(book, inside, "frozen")}
    return {key: around[key] for key in inside if key not in frozen}


# What may not be touched ----------------------------------------------------------------------------------------------
def refuse_document(book: Book, document_id: str, file_name: str) -> None:
    """UserError where a closed period is made of a document."""
    for each in closed_periods(book):
        if any(told["used"] and told["document"] == document_id for told in each.manifest["documents"]):
            raise UserError("period.uses_document", file=file_name, period=each.name)


def refuse_day(book: Book, day: date | None) -> None:
    """UserError where a day lies in a closed period."""
    found = closed_on(book, day)
    if found is not None:
        raise UserError("period.day_closed", day=day, period=found.name)


def refuse_records(book: Book, record_keys: Iterable[str]) -> None:
    """UserError where one of these records is frozen in a closed period."""
    _refuse(book, record_keys, "frozen", "period.record_closed")


def refuse_settled(book: Book, name: str, record_keys: Iterable[str]) -> None:
    """UserError where one of these records was matched in a reconciliation when its period was closed. What was open
    then, or differed, may be settled later."""
    _refuse(book, record_keys, f"settled AND reconciliation = {literal(name)}", "period.settled")


def _refuse(book: Book, record_keys: Iterable[str], condition: str, code: str) -> None:
    for record_key, period in _held(book, record_keys, condition):
        raise UserError(code, record_key=record_key, period=period)


def _held(book: Book, record_keys: Iterable[str], condition: str) -> list[tuple[str, str]]:
    """Those of some records that closed periods hold under a condition, in order, with the period's name."""
    keys = list(dict.fromkeys(record_keys))
    periods = closed_periods(book) if keys else []
    if not periods:
        return []
    with closing(connect()) as con:
        found = con.execute(
            f"SELECT record_key, filename FROM read_parquet({files_sql(periods, KEYS)}, filename = true) "
            f"WHERE {condition} AND record_key IN (SELECT unnest(?::VARCHAR[])) ORDER BY ALL",
            [keys],
        ).fetchall()
    return [(record_key, Path(file).parent.name) for record_key, file in found]


def files_sql(periods: Sequence[Closed], part: str) -> str:
    """The list of the periods' files of a table, as `read_parquet` takes it."""
    return f"[{', '.join(literal(each.path(part)) for each in periods)}]"


# What proves them -----------------------------------------------------------------------------------------------------
def hash_of_manifest(manifest: Mapping[str, Any]) -> str:
    """The content hash: SHA-256 of the manifest's canonical JSON without the hash itself."""
    told = {name: value for name, value in manifest.items() if name != HASH}
    text = json.dumps(plain(told), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def hash_of_file(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def faults_of(closed: Closed) -> list[str]:
    """What of a frozen copy is not as it was when the period was closed; empty where it proves itself: its hashes, and
    its figures from its own rows."""
    faults = [] if hash_of_manifest(closed.manifest) == closed.content_hash else [MANIFEST]
    for name, told in closed.manifest["files"].items():
        path = closed.folder / name
        if not path.is_file() or hash_of_file(path) != told["sha256"]:
            faults.append(name)
    if not faults:
        with closing(connect()) as con:
            figures = {
                "statement": statement_of(con, closed),
                "records": records_of(con, closed.path(RECORDS)),
                "work": work_of(con, closed),
            }
        faults += [name for name, rows in figures.items() if plain(rows) != closed.manifest[name]]
    return faults


def statement_of(con: duckdb.DuckDBPyConnection, closed: Closed) -> list[dict[str, Any]]:
    """The statement of the frozen links and open items: per reconciliation, side and currency, those of the period
    itself and those that came `late` to an earlier one."""
    rows = []
    for name in closed.manifest["names"]:
        links, opened = (
            f"SELECT * FROM read_parquet({literal(closed.path(f'{name}.{p}'))})" for p in ("links", "open")
        )
        for late in (False, True):
            chosen = f"WHERE own AND late = {late}"
            con.execute(f"{statement_sql(name, f'{links} {chosen}', f'{opened} {chosen}')} ORDER BY side, currency")
            rows += [row | {"late": late} for row in dict_rows(con)]
    return rows


def records_of(con: duckdb.DuckDBPyConnection, path: Path) -> list[dict[str, Any]]:
    """The frozen records that count, by kind, currency and `late`."""
    con.execute(
        f"SELECT kind, currency, late, count(*) AS count, coalesce(sum(amount), 0)::DECIMAL(38,5) AS amount "
        f"FROM read_parquet({literal(path)}) WHERE counts GROUP BY ALL ORDER BY kind, currency, late"
    )
    return dict_rows(con)


def work_of(con: duckdb.DuckDBPyConnection, closed: Closed) -> list[dict[str, Any]]:
    """The frozen open items that need work, by reconciliation and currency; their money as sizes, never netted."""
    rows = []
    for name in closed.manifest["names"]:
        con.execute(
            f"SELECT {literal(name)} AS name, currency, count(*) AS count, sum(abs(amount)) AS amount "
            f"FROM read_parquet({literal(closed.path(f'{name}.open'))}) WHERE needs_work GROUP BY ALL ORDER BY currency"
        )
        rows += dict_rows(con)
    return rows

"""A file → recognised → readings → the lake. One file may hold several documents (members, sheets, statements).

Each document is imported wholly or not at all: its readings are appended, then its row in `documents` makes them count.
A file that cannot be read is a result too (`refused`, with every fault named), never an exception, so that the other
files of a batch go on. Undoing a document takes out what it alone tells.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from huikuan.formats.read_file import read_file
from huikuan.formats.reading import ReadContext, Reading
from huikuan.lake.changes import Changes
from huikuan.lake.frozen import ClosedSpan
from huikuan.lake.lake import Lake
from huikuan.lake.writer import Writer
from huikuan.pipeline.book import Book
from huikuan.pipeline.compute import connect, quoted, reading_memory
from huikuan.pipeline.documents.originals import original_beside
from huikuan.pipeline.periods.closed import closed_spans, refuse_document
from huikuan.records.document import Control, Document
from huikuan.records.errors import HuikuanError, InvariantError, OperatorError, Problem, UserError
from huikuan.records.kinds import KINDS
from huikuan.records.messages import gettext_noop, register
from huikuan.records.rules import Account, Rules, Shop

register(
    {
        "import.no_file": gettext_noop("%(file)s: there is no such file. Check the name."),
        "import.unexpected": gettext_noop(
            "%(file)s could not be read: an unexpected fault (%(fault)s). Nothing of it was kept. "
            "Please report it, with the file if you may."
        ),
        "import.document_unknown": gettext_noop(
            "There is no document %(document)s. `huikuan documents` lists those that can be undone."
        ),
        "import.closed_left_out": gettext_noop(
            "Rows that say of the closed period %(periods)s what it was not closed with: %(count)s. They were left "
            "out: what is closed stays as it is. If the file is right, let the owner reopen the period and import it "
            "again."
        ),
        "import.closed_late": gettext_noop(
            "New records dated in the closed period %(periods)s: %(count)s. They are marked late and counted in the "
            "open period."
        ),
        "import.shop_unknown": gettext_noop(
            "%(place)s does not say which shop it is of. Fill the cell, or name the shop of all rows: "
            "--shop on the command line, or choose it on the page."
        ),
        "import.account_unknown": gettext_noop(
            "%(place)s does not say which account it is of. Fill the cell, or name the account of all "
            "rows: --account on the command line, or choose it on the page."
        ),
    }
)

log = logging.getLogger("huikuan.import")
# progress(stage, done, total): stage is reading | comparing | storing; done and total in the stage's own units.
Progress = Callable[[str, float, float], None]
CLOSED_PROBLEMS = ("import.closed_left_out", "import.closed_late")
ACCOUNT_SORTS = {"bank_line": "bank", "courier_charge": "courier"}  # any other: a wallet


@dataclass(frozen=True)
class ImportOptions:
    """What the person says about the files. Blank: the file is to say it itself.

    `hold_changes`: a document that would change known records, or no longer tells some, is not taken in; its row has
    the status `held` and says what would change, for a person to decide.
    """

    format: str = "auto"
    shop: str = ""
    account: str = ""
    mapping: str = ""
    password: str = field(default="", repr=False)
    accept_partial: bool = False
    hold_changes: bool = False
    mappings: tuple[Any, ...] = ()
    by: str = ""


@dataclass(frozen=True)
class Concerned:
    """What of one kind of records concerned closed periods: so many rows were `left_out`, because they would have
    changed closed records, so many new ones came `late`."""

    kind: str
    periods: tuple[str, ...]
    left_out: int
    late: int


@dataclass(frozen=True)
class ImportRow:
    """What became of one document: the fields of the contract (DESIGN section 7, Rows). `changes` is told only of a
    document that is held: what it would change; `closed` only of one that concerns closed periods."""

    file: str
    document: str
    format: str
    kinds: tuple[str, ...]
    shop: str
    account: str
    status: str  # imported | flagged | refused | unchanged | held
    period: dict[str, Any]
    rows: int
    accepted: int
    rejected: int
    ignored: int
    new: int
    updated: int
    duplicate: int
    totals: dict[str, Decimal]
    controls: tuple[dict[str, Any], ...]
    problems: tuple[dict[str, Any], ...]
    changes: tuple[Changes, ...] = ()
    closed: tuple[Concerned, ...] = ()


@dataclass(frozen=True)
class Imported:
    """The rows of some files, and the shops and accounts that they name and the rules do not know yet."""

    rows: tuple[ImportRow, ...] = ()
    new_shops: tuple[Shop, ...] = ()
    new_accounts: tuple[Account, ...] = ()


def import_files(
    book: Book,
    files: Sequence[tuple[Path, str]],
    options: ImportOptions,
    rules: Rules,
    progress: Progress | None = None,
) -> Imported:
    """Import `(path, name)` files one after the other. A bad file never stops the others; only a fault of the
    installation (a lock, a full disk) does."""
    result = Imported()
    for path, name in files:
        one = import_file(book, path, options, rules, name=name, progress=progress)
        rules = known_with(rules, one)
        result = Imported(
            result.rows + one.rows, result.new_shops + one.new_shops, result.new_accounts + one.new_accounts
        )
    return result


def known_with(rules: Rules, imported: Imported) -> Rules:
    """The rules with the newly seen shops and accounts."""
    return replace(rules, shops=rules.shops + imported.new_shops, accounts=rules.accounts + imported.new_accounts)


def import_file(
    book: Book,
    path: Path,
    options: ImportOptions,
    rules: Rules,
    *,
    name: str = "",
    progress: Progress | None = None,
) -> Imported:
    """Import one file: a row per document found in it.

    Errors: OperatorError when the book's writer is busy or the disk fails; everything wrong with the file itself is
    a refused row.
    """
    name = name or path.name
    told = progress or (lambda stage, done, total: None)
    if not path.is_file():
        return Imported((refused_row(name, UserError("import.no_file", file=name)),))
    try:
        return _import_with(reading_memory(), book, path, name, options, rules, told)
    except duckdb.OutOfMemoryException:
        log.warning("%s does not fit into %s: with more memory", name, reading_memory())
        return _import_with(None, book, path, name, options, rules, told)


def _import_with(
    memory: str | None, book: Book, path: Path, name: str, options: ImportOptions, rules: Rules, told: Progress
) -> Imported:
    """Import one file in a database that holds so much in memory."""
    with closing(connect(memory)) as con, original_beside(book, path) as keep:
        context = _context(book, options, lambda share: told("reading", share, 1.0))
        try:
            readings = read_file(path, name, context, con)
        except UserError as error:
            return Imported((refused_row(name, error),))
        except (OperatorError, duckdb.OutOfMemoryException):
            raise
        except Exception as error:
            # A fault of ours in reading one file: nothing of it is kept, the log says where, the batch goes on.
            log.exception("reading %s failed", name)
            return Imported((refused_row(name, UserError("import.unexpected", file=name, fault=type(error).__name__)),))
        return _store_all(book, path, name, readings, con, keep, options, rules, told)


def _context(book: Book, options: ImportOptions, on_progress: Callable[[float], None]) -> ReadContext:
    return ReadContext(
        currency=book.currency,
        timezone=book.timezone,
        shop=options.shop,
        account=options.account,
        hash_key=book.hash_key,
        mappings=options.mappings,
        format=options.format,
        mapping=options.mapping,
        password=options.password,
        accept_partial=options.accept_partial,
        on_progress=on_progress,
    )


def _store_all(
    book: Book,
    path: Path,
    name: str,
    readings: Iterable[Reading],
    con: duckdb.DuckDBPyConnection,
    keep: Callable[[], str],
    options: ImportOptions,
    rules: Rules,
    told: Progress,
) -> Imported:
    """Append the documents of one file, one after the other, under one hold of the book's writer. `keep` keeps the
    original; its content hash."""
    readings = [checked(con, reading) for reading in readings]
    good = [reading for reading in readings if reading.status != "refused"]
    if not good:
        return Imported(tuple(row_of(name, reading) for reading in readings))
    rows: list[ImportRow] = []
    shops: list[Shop] = []
    accounts: list[Account] = []
    lake = book.lake
    with lake.writer("import") as writer:
        spans = closed_spans(book)
        sha256 = keep()
        for done, reading in enumerate(readings):
            told("storing", done, len(readings))
            if reading.status == "refused":
                rows.append(row_of(name, reading))
                continue
            document = document_of(path, name, sha256, reading, options)
            rows.append(_store(writer, lake, con, document, reading, name, spans, hold=options.hold_changes))
            if rows[-1].status == "held":
                continue
            new = newcomers(con, reading, book, known_with(rules, Imported((), tuple(shops), tuple(accounts))))
            shops += new.new_shops
            accounts += new.new_accounts
    told("storing", len(readings), len(readings))
    return Imported(tuple(rows), tuple(shops), tuple(accounts))


def checked(con: duckdb.DuckDBPyConnection, reading: Reading) -> Reading:
    """The reading, refused when nobody says whose records they are; the arithmetic of its rows is proved."""
    if reading.rows != reading.accepted + reading.rejected + reading.ignored:
        raise InvariantError(
            "import.rows", rows=reading.rows, accepted=reading.accepted, rejected=reading.rejected,
            ignored=reading.ignored,
        )  # fmt: skip
    for kind, table in reading.tables.items():
        owner = KINDS[kind].owner
        if not owner or reading.status == "refused":
            continue
        blank = con.execute(
            f"SELECT min(source_row) FROM {quoted(table)} WHERE {owner} IS NULL OR {owner} = ''"
        ).fetchone()
        if blank and blank[0] is not None:
            problem = Problem(f"import.{owner}_unknown", reading.sheet, blank[0], severity="refuse")
            return replace(reading, status="refused", tables={}, problems=(*reading.problems, problem))
    return reading


def _store(
    writer: Writer,
    lake: Lake,
    con: duckdb.DuckDBPyConnection,
    document: Document,
    reading: Reading,
    name: str,
    spans: Sequence[ClosedSpan],
    *,
    hold: bool,
) -> ImportRow:
    """Compare one document with the lake, then append and commit it, unless these very bytes are there already, or it
    is to be held because known records would change. What would change records of closed periods is left out."""
    new = updated = duplicate = 0
    unchanged = True
    balances = balances_of(con, reading)
    reading, closed = _without_closed(writer, con, document, reading, spans)
    for kind, table in reading.tables.items():
        counts = writer.compare(con, kind, table, document, keys_proved=reading.keys_proved)
        new, updated, duplicate = new + counts.new, updated + counts.updated, duplicate + counts.duplicate
        unchanged = unchanged and counts.unchanged
    row = replace(row_of(name, reading), new=new, updated=updated, duplicate=duplicate, closed=closed)
    twin = _same_document(lake, document)
    if unchanged and twin is not None:
        return replace(row, document=twin.document_id, status="unchanged")
    if hold and (updated or _covers_known_days(lake, document)):
        changes = tuple(writer.changes(con, kind, table, document) for kind, table in reading.tables.items())
        if any(changes):
            return replace(row, status="held", changes=tuple(each for each in changes if each))
    _append(writer, con, reading, document.document_id)
    problems = tuple(problem_row(each) for each in reading.problems)
    document = replace(document, new=new, updated=updated, duplicate=duplicate, balances=balances, problems=problems)
    writer.commit(document)
    row = replace(row, document=document.document_id)
    return replace(row, status="unchanged") if unchanged and duplicate else row


def _without_closed(
    writer: Writer,
    con: duckdb.DuckDBPyConnection,
    document: Document,
    reading: Reading,
    spans: Sequence[ClosedSpan],
) -> tuple[Reading, tuple[Concerned, ...]]:
    """The reading without what would change records of closed periods, and what of it concerns them: told as problems
    of the file too."""
    if not spans:
        return reading, ()
    kept = [writer.keep_closed(con, kind, table, document, spans) for kind, table in reading.tables.items()]
    closed = tuple(Concerned(each.kind, each.periods, each.left_out, each.late) for each in kept if each)
    problems = [
        Problem(code, reading.sheet, params={"count": count, "periods": periods}, severity="flag")
        for code, part in zip(CLOSED_PROBLEMS, ("left_out", "late"), strict=True)
        if (count := sum(getattr(each, part) for each in closed))
        for periods in [", ".join(sorted({p for each in closed if getattr(each, part) for p in each.periods}))]
    ]
    tables = {each.kind: each.relation for each in kept}
    return replace(reading, tables=tables, problems=(*reading.problems, *problems)), closed


def _append(writer: Writer, con: duckdb.DuckDBPyConnection, reading: Reading, document_id: str) -> None:
    """Append the records of all kinds at the same time: while one waits for the disk or ends on one processor, the
    others go on. Cursors see the relations of the database, no temporary ones of `con`."""

    def append(kind: str, table: str) -> None:
        with closing(con.cursor()) as cursor:
            constants = reading.constants.get(kind)
            writer.append_query(cursor, kind, f"SELECT * FROM {quoted(table)}", document_id, constants)

    with ThreadPoolExecutor(max(len(reading.tables), 1)) as pool:
        list(pool.map(append, reading.tables, reading.tables.values()))


def _covers_known_days(lake: Lake, document: Document) -> bool:
    """Whether an earlier document of the same source tells of days that this one states to cover."""
    first, last = document.period_from, document.period_to
    if not (document.period_stated and first and last):
        return False
    return any(
        each.source == document.source
        and each.period_from is not None
        and each.period_to is not None
        and each.period_from <= last
        and each.period_to >= first
        for each in lake.documents()
    )


# The ends of a running balance; lines without one of their own are reckoned from the nearest that has it.
_ENDS = """
WITH ends AS (SELECT currency, min(seq) AS first, max(seq) AS last FROM {table} WHERE balance IS NOT NULL GROUP BY ALL)
SELECT currency, max(balance) FILTER (seq = first) - sum(amount) FILTER (seq <= first),
    max(balance) FILTER (seq = last) + coalesce(sum(amount) FILTER (seq > last), 0)
FROM {table} JOIN ends USING (currency) GROUP BY currency ORDER BY currency
"""


def balances_of(con: duckdb.DuckDBPyConnection, reading: Reading) -> dict[str, tuple[Decimal, Decimal]]:
    """Per currency the balance before the first line and after the last; empty where lines have no balance, or are of
    several accounts."""
    table = next((quoted(reading.tables[kind]) for kind in ("bank_line", "wallet_line") if kind in reading.tables), "")
    if not table or con.execute(f"SELECT count(DISTINCT account) FROM {table}").fetchall() != [(1,)]:
        return {}
    ends = con.execute(_ENDS.format(table=table)).fetchall()
    return {currency: (Decimal(opening), Decimal(closing)) for currency, opening, closing in ends if currency}


def _same_document(lake: Lake, document: Document) -> Document | None:
    """The standing document of the same bytes, read the same way."""
    for other in lake.documents():
        if (other.sha256, other.source, other.member) == (document.sha256, document.source, document.member):
            return other
    return None


def document_of(path: Path, name: str, sha256: str, reading: Reading, options: ImportOptions) -> Document:
    """The document's row, with a fresh id."""
    now = datetime.now(UTC).replace(tzinfo=None)
    return Document(
        document_id=f"{now:%Y%m%d}-{secrets.token_hex(5)}",
        file_name=label_of(name, reading),
        sha256=sha256,
        size_bytes=path.stat().st_size,
        format=reading.format,
        kinds=reading.kinds,
        shop=reading.shop,
        account=reading.account,
        status=reading.status,
        period_from=reading.period_from,
        period_to=reading.period_to,
        period_stated=reading.period_stated,
        exported_at=reading.exported_at,
        rows=reading.rows,
        accepted=reading.accepted,
        rejected=reading.rejected,
        ignored=reading.ignored,
        order_grain=reading.order_grain,
        totals=dict(reading.totals),
        controls=reading.controls,
        problems=tuple(problem_row(p) for p in reading.problems),
        imported_at=now,
        imported_by=options.by,
    )


def label_of(name: str, reading: Reading) -> str:
    """How the document is called: the file's name, `zip!member` for a file in a container."""
    if not reading.member or reading.member == name:
        return name
    return reading.member if reading.member.startswith(f"{name}!") else f"{name}!{reading.member}"


def problem_row(problem: Problem) -> dict[str, Any]:
    """A problem as it is shown and kept: code for programs, text for people."""
    return {
        "sheet": problem.sheet, "row": problem.row, "column": problem.column, "code": problem.code,
        "text": problem.text, "severity": problem.severity,
        "params": {key: value if key == "nearest" else str(value) for key, value in problem.params.items()},
    }  # fmt: skip


def control_row(control: Control) -> dict[str, Any]:
    """A control total as it is shown."""
    return {"name": control.name, "stated": control.stated, "computed": control.computed, "ok": control.ok}


def row_of(name: str, reading: Reading) -> ImportRow:
    """The import row of a reading before it is compared with anything."""
    return ImportRow(
        file=label_of(name, reading),
        document="",
        format=reading.format,
        kinds=reading.kinds,
        shop=reading.shop,
        account=reading.account,
        status=reading.status,
        period={"from": reading.period_from, "to": reading.period_to},
        rows=reading.rows,
        accepted=reading.accepted,
        rejected=reading.rejected,
        ignored=reading.ignored,
        new=0,
        updated=0,
        duplicate=0,
        totals=dict(reading.totals),
        controls=tuple(control_row(c) for c in reading.controls),
        problems=tuple(problem_row(p) for p in reading.problems),
    )


def refused_row(name: str, error: HuikuanError) -> ImportRow:
    """The row of a file that could not be read at all."""
    problem: dict[str, Any] = {
        "sheet": str(error.params.get("sheet") or ""), "row": error.params.get("row"),
        "column": str(error.params.get("column") or ""), "code": error.code, "text": str(error),
        "severity": "refuse", "params": {},
    }  # fmt: skip
    return ImportRow(
        name, "", "", (), "", "", "refused", {"from": None, "to": None}, 0, 0, 0, 0, 0, 0, 0, {}, (), (problem,)
    )


def newcomers(con: duckdb.DuckDBPyConnection, reading: Reading, book: Book, rules: Rules) -> Imported:
    """Shops and accounts a reading names and the rules do not know: to be created (rule 9)."""
    platform = reading.format.partition(".")[0]
    shops: dict[str, Shop] = {}
    accounts: dict[str, Account] = {}
    known_shops = {s.name for s in rules.shops}
    known_accounts = {a.name for a in rules.accounts}
    for kind, table in reading.tables.items():
        for shop, account, currency in _owners(con, kind, table, reading.constants.get(kind, {})):
            if shop and shop not in known_shops:
                shops.setdefault(shop, Shop(shop, platform, currency or book.currency))
            if account and account not in known_accounts:
                sort = ACCOUNT_SORTS.get(kind, "wallet")
                of_shops = tuple(s for s in (reading.shop,) if s)
                accounts.setdefault(account, Account(account, sort, currency or book.currency, of_shops))
    return Imported((), tuple(shops.values()), tuple(accounts.values()))


def _owners(
    con: duckdb.DuckDBPyConnection, kind: str, table: str, constants: Mapping[str, str]
) -> list[tuple[str | None, str | None, str | None]]:
    """Shop, account and currency wherever they stand together in records of a kind, in that order; null where the kind
    has no such field. One record tells them where all three are among the `constants`."""
    columns = {each.name for each in KINDS[kind].fields}
    shop, account = (name if name in columns else "NULL" for name in ("shop", "account"))
    asked = {shop, account, "currency"} - {"NULL"}
    records = f"(FROM {quoted(table)} LIMIT 1)" if asked <= constants.keys() else quoted(table)
    return con.execute(
        f"SELECT DISTINCT {shop} AS shop, {account} AS account, currency FROM {records} ORDER BY ALL"
    ).fetchall()


def undo_document(book: Book, document_id: str, by: str) -> Document:
    """Take a document out again: a tombstone. What another document tells too stays; an older snapshot comes back.

    Errors: UserError when there is no such standing document, or a closed period is made of it; OperatorError when the
    writer is busy.
    """
    lake = book.lake
    found = next((d for d in lake.documents() if d.document_id == document_id), None)
    if found is None:
        raise UserError("import.document_unknown", document=document_id)
    with lake.writer("undo") as writer:
        refuse_document(book, document_id, found.file_name)
        writer.undo(document_id, by, datetime.now(UTC).replace(tzinfo=None))
    return found


__all__ = [
    "ImportOptions", "ImportRow", "Imported", "OperatorError", "import_file", "import_files", "known_with",
    "undo_document",
]  # fmt: skip

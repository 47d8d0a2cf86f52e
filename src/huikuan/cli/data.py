"""Commands about files: import, documents, undo, formats."""

from __future__ import annotations

import dataclasses
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from huikuan.cli.common import ACTOR, cell, emit, home_options, json_option, progress, say, with_book

SHOWN = (
    "file",
    "status",
    "format",
    "shop",
    "account",
    "rows",
    "accepted",
    "rejected",
    "new",
    "updated",
    "duplicate",
    "document",
)


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--format", "format_id", default="auto", show_default=True, help="Format id; `huikuan formats` lists them."
)
@click.option("--shop", default="", help="The shop the files are of; made where there is none.")
@click.option("--account", default="", help="The account the files are of; made where there is none.")
@click.option("--mapping", default="", help="A saved column mapping, by name.")
@click.option("--password-stdin", is_flag=True, help="Read the files' password from standard input.")
@click.option("--accept-partial", is_flag=True, help="Import the rest of a file with rejected rows.")
@json_option
@with_book
def import_command(
    book: Any, files: tuple[str, ...], format_id: str, shop: str, account: str, mapping: str, password_stdin: bool,
    accept_partial: bool, as_json: bool,
) -> None:  # fmt: skip
    """Import files. A bad one never stops the others; exit 1 when one was refused.

    At a terminal, a file that would change known records is asked about before it takes effect.
    """
    from huikuan.pipeline.documents.importing import ImportOptions
    from huikuan.server.documents.services import import_paths
    from huikuan.server.documents.told_twice import twins

    password = sys.stdin.readline().rstrip("\n") if password_stdin else ""
    asks = sys.stdin.isatty() and not as_json and book.ask_changes
    options = ImportOptions(format_id, shop, account, mapping, password, accept_partial, hold_changes=asks)
    named = [(Path(name), Path(name).name) for name in files]
    batches = [[file] for file in named] if asks else [named]  # an answer is given before the next file is read
    rows: list[Any] = []
    for batch in batches:
        last = batch is batches[-1]
        with progress("Importing") as told:
            found = import_paths(book, ACTOR, batch, options, _named(told), last=last)
        if any(row.status == "held" for row in found) and _wanted(found):
            with progress("Importing") as told:
                found = import_paths(book, ACTOR, batch, replace(options, hold_changes=False), _named(told), last=last)
        rows += found
    emit([row_of(row) for row in rows], as_json, SHOWN)
    known = twins(book, {row.document for row in rows if row.status == "unchanged"})
    for row in rows:
        if row.status == "unchanged":
            twin = known.get(row.document)
            told = f"the same content as {twin.file_name}" if twin else "all its records are known"
            say(f"{row.file}: {told}; nothing was counted twice.")
    say_problems(rows)
    if any(row.status == "refused" for row in rows):
        refused = sum(row.status == "refused" for row in rows)
        say(f"{refused} of {len(rows)} documents were refused.")
        sys.exit(1)


def _named(told: Any) -> Any:
    """Progress that names the file and the stage."""
    return lambda file, stage, done, total: told(f"{file} ({stage})", done, total)


def _wanted(rows: list[Any]) -> bool:
    """Tell what held documents would change, and ask whether they are to be taken in."""
    from huikuan.pipeline.documents.importing import CLOSED_PROBLEMS

    for row in rows:
        for each in row.changes:
            fields = ", ".join(f"{f.field} {f.records}" for f in each.fields)
            say(f"{row.file}: {row.new} new, {each.records} known {each.kind} records change ({fields or 'none'}), "
                f"{each.gone} not told any more.")  # fmt: skip
            for record in each.examples[:5]:
                for name, before, after in record.fields:
                    if not name.endswith("_hash"):
                        say(f"  row {record.source_row}, {name}: {cell(before) or '-'} -> {cell(after) or '-'}")
        for problem in row.problems:
            if problem["code"] in CLOSED_PROBLEMS:
                say(f"{row.file}: {problem['text']}")
    return click.confirm("Take the changes over?", default=False, err=True)


def say_problems(rows: list[Any]) -> None:
    """Each fault found in the files, one sentence each, with the file's name."""
    for row in rows:
        for problem in row.problems:
            say(problem["text"] if problem["text"].startswith(row.file) else f"{row.file}: {problem['text']}")


def row_of(row: Any) -> dict[str, Any]:
    """The import row of the contract."""
    told = {field.name: getattr(row, field.name) for field in dataclasses.fields(row)}
    for name in ("changes", "closed"):
        if not told[name]:
            del told[name]
    told["problems"] = [{name: p[name] for name in ("sheet", "row", "column", "code", "text")} for p in row.problems]
    return told


@click.command("documents")
@click.option("--undone", is_flag=True, help="Those taken out again too.")
@click.option(
    "--coverage", "by_days", is_flag=True, help="Which days they cover instead: per shop or account, with the gaps."
)
@json_option
@with_book
def documents_command(book: Any, undone: bool, by_days: bool, as_json: bool) -> None:
    """List the imported documents, the newest first. Days that are missing between them are told."""
    from huikuan.cli.coverage import say_alerts, show_coverage
    from huikuan.server.documents.coverage import coverage_of
    from huikuan.server.documents.services import documents_of, healers_of

    streams = coverage_of(book, book.today())
    if by_days:
        show_coverage(streams, as_json)
    else:
        _list_documents(documents_of(book, undone), healers_of(book), as_json)
    say_alerts(streams)


def _list_documents(documents: Any, healed: Any, as_json: bool) -> None:
    rows = [_document_row(document) | {"healed_by": healed.get(document.document_id, "")} for document in documents]
    emit(rows, as_json, ("document", "file", "status", "format", "shop", "account", "rows", "accepted", "imported_at"))


def _document_row(document: Any) -> dict[str, Any]:
    return {
        "file": document.file_name, "document": document.document_id, "format": document.format,
        "kinds": document.kinds,
        "shop": document.shop, "account": document.account, "status": document.status,
        "period": {"from": document.period_from, "to": document.period_to}, "rows": document.rows,
        "accepted": document.accepted, "rejected": document.rejected, "ignored": document.ignored, "new": document.new,
        "updated": document.updated, "duplicate": document.duplicate, "totals": document.totals,
        "controls": [
            {"name": c.name, "stated": c.stated, "computed": c.computed, "ok": c.ok} for c in document.controls
        ],
        "problems": [{k: p.get(k) for k in ("sheet", "row", "column", "code", "text")} for p in document.problems],
        "imported_at": document.imported_at, "imported_by": document.imported_by, "undone_at": document.undone_at,
    }  # fmt: skip


@click.command("undo")
@click.argument("document")
@json_option
@with_book
def undo_command(book: Any, document: str, as_json: bool) -> None:
    """Take a document out again. What another document tells too stays."""
    from huikuan.server.documents.services import undo

    undone = undo(book, ACTOR, document)
    emit([_document_row(undone)], as_json, ("document", "file", "rows"))
    say(f"{undone.file_name} was taken out. Run `huikuan reconcile` to bring the results up to date.")


@click.command("formats")
@home_options
@json_option
def formats_command(home: Path | None, book_name: str | None, as_json: bool) -> None:
    """List the files Huikuan can read."""
    from huikuan.formats.registry import FORMATS

    rows = [
        {
            "format": each.id, "title": each.about.title, "kinds": sorted({made.kind for made in each.emits}),
            "where": each.about.where, "verified": each.about.verified, "note": each.about.note,
            "columns": [] if each.read else list(dict.fromkeys(column.headers[0] for column in each.columns)),
        }
        for each in FORMATS
    ]  # fmt: skip
    emit(rows, as_json, ("format", "title", "verified", "where"))

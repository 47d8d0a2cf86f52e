"""Commands about results: reconcile, links, open, collection."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from huikuan.cli.common import (
    ACTOR,
    DAY,
    MONEY,
    emit,
    json_option,
    progress,
    run_options,
    say,
    with_book,
    write_csv,
    write_json,
)

FORMATS = ("csv", "json", "parquet")
MONEY_COLUMNS = ("amount", "allocated", "residual", "receivable", "settled", "collected", "refunded", "overdue")
STATEMENT = ("name", "side", "currency", "total", "matched", "difference", "open", "groups", "links", "as_of", "run")


@click.command("reconcile")
@click.argument("names", nargs=-1, metavar="[NAME...]")
@run_options
@click.option("--tolerance", type=MONEY, help="For this run, instead of the rules'.")
@click.option(
    "--backend",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="What matches the records; the result is the same.",
)
@click.option("--full", is_flag=True, help="Compute the whole, even where little has changed since the last run.")
@click.option("--spark-master", metavar="URL", help="The Spark cluster; default local[*], this machine.")
@json_option
@with_book
def reconcile_command(
    book: Any, names: tuple[str, ...], as_of: date | None, date_from: date | None, date_to: date | None,
    tolerance: Decimal | None, backend: str, full: bool, spark_master: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Reconcile and publish. A run as of another day, or over a part, is published beside the current one."""
    from huikuan.pipeline.runs.reconciling import Asked, names_asked
    from huikuan.server.books.services import rules_of
    from huikuan.server.workbench import services

    if tolerance is not None and tolerance < 0:
        raise click.BadParameter("a tolerance is not negative.", param_hint="--tolerance")
    if spark_master and backend != "spark":
        raise click.UsageError("--spark-master goes with --backend spark.")
    asked = Asked(names, as_of, date_from, date_to, tolerance, backend, spark_master or "", full)
    chosen = names_asked(names, rules_of(book))
    with progress("Reconciling") as told:
        manifest = services.reconcile(book, ACTOR, asked, told)
    found = services.results(book, as_of, date_from, date_to)
    rows = [{**row, "as_of": manifest.as_of, "run": manifest.run} for name in chosen for row in found.statement(name)]
    emit([{name: row[name] for name in STATEMENT} for row in rows], as_json, STATEMENT)
    for conflict in manifest.conflicts:
        say(_of_conflict(conflict))


def _of_conflict(conflict: Mapping[str, Any]) -> str:
    """A decision that no longer fits the facts, in a sentence."""
    key, told = conflict["record_key"], conflict["now"]
    if conflict.get("sort") != "record":
        return f"The correction of {conflict['field']} of {key} is in conflict: the fact has changed since."
    if told == key:
        return f"{key} was entered by hand and is in conflict: a document tells it too. What was entered counts."
    return f"{key} was entered by hand and is in conflict: a document tells {told}, which may be the same. Both count."


def output_options(function: Any) -> Any:
    """--format and -o."""
    function = click.option(
        "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file."
    )(function)
    return click.option(
        "--format", "format_id", type=click.Choice(FORMATS), help="Default: by the file's ending, else csv."
    )(function)


@click.command("links")
@click.argument("name")
@run_options
@output_options
@json_option
@with_book
def links_command(book: Any, name: str, **options: Any) -> None:
    """What belongs together and why, one row per record."""
    _print(book, name, "links", **options)


@click.command("open")
@click.argument("name")
@run_options
@output_options
@json_option
@with_book
def open_command(book: Any, name: str, **options: Any) -> None:
    """What is open, one row per item; `suggestion` is the record key of the nearest candidate."""
    _print(book, name, "open", **options)


def _print(
    book: Any, name: str, part: str, *, as_of: date | None, date_from: date | None, date_to: date | None,
    format_id: str | None, output: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Write a table of the published results."""
    from huikuan.pipeline.results.results import CORRECTED, LINK_COLUMNS, OPEN_COLUMNS
    from huikuan.pipeline.runs.reconciling import names_asked
    from huikuan.server.books.services import rules_of
    from huikuan.server.workbench.services import results

    names_asked([name], rules_of(book))
    found = results(book, as_of, date_from, date_to)
    beside = (CORRECTED,) if found.corrected else ()
    if part == "links":
        write_rows(found.told_links(name), (*LINK_COLUMNS, *beside), format_id, output, as_json)
    else:
        write_rows(found.told_open(name), (*OPEN_COLUMNS, *beside), format_id, output, as_json)


def write_rows(
    rows: Iterable[dict[str, Any]], columns: Sequence[str], format_id: str | None, output: Path | None, as_json: bool
) -> None:
    """Rows as csv, json or parquet, to a file or standard output."""
    ending = output.suffix.removeprefix(".").lower() if output else ""
    chosen = "json" if as_json else format_id or (ending if ending in FORMATS else "csv")
    if chosen == "parquet":
        if output is None:
            raise click.UsageError("Parquet needs a file: -o FILE.")
        _write_parquet(list(rows), columns, output)
        return
    target = output.open("w", encoding="utf-8", newline="") if output else sys.stdout
    try:
        if chosen == "json":
            write_json(rows, target)
        else:
            write_csv(rows, columns, target)
    finally:
        if output:
            target.close()


def _write_parquet(rows: list[dict[str, Any]], columns: Sequence[str], output: Path) -> None:
    """The rows as Parquet; a column has the same type however little it holds."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    days = ("date", "due_date")
    numbers = {"source_row": pa.int64(), "age_days": pa.int64(), "needs_work": pa.bool_()}
    types = numbers | dict.fromkeys(MONEY_COLUMNS, pa.decimal128(18, 5)) | dict.fromkeys(days, pa.date32())
    arrays = {name: pa.array([row[name] for row in rows], types.get(name, pa.string())) for name in columns}
    pq.write_table(pa.table(arrays), output, compression="zstd")


@click.command("collection")
@click.option("--status", "statuses", multiple=True, help="Only orders of this status; may be repeated.")
@click.option("--as-of", "as_of", type=DAY, help="As of this day; default today.")
@output_options
@json_option
@with_book
def collection_command(
    book: Any, statuses: tuple[str, ...], as_of: date | None, format_id: str | None, output: Path | None, as_json: bool
) -> None:
    """Where each order's money is, one row per order."""
    from huikuan.pipeline.results.results import COLLECTION_COLUMNS
    from huikuan.records.codes import COLLECTION_STATUSES

    for status in statuses:
        if status not in COLLECTION_STATUSES:
            raise click.BadParameter(f"{status!r} is none of {', '.join(COLLECTION_STATUSES)}.", param_hint="--status")
    found = _results_or_run(book, as_of)
    rows = found.stream_collection(COLLECTION_COLUMNS, statuses)
    write_rows(rows, COLLECTION_COLUMNS, format_id, output, as_json)


def _results_or_run(book: Any, as_of: date | None) -> Any:
    """The results as of a day; computed now where nobody has asked for that day yet."""
    from huikuan.records.errors import UserError
    from huikuan.server.workbench import services

    try:
        return services.results(book, as_of)
    except UserError:
        run_as_of(book, as_of)
        return services.results(book, as_of)


def run_as_of(book: Any, as_of: date | None) -> None:
    """Reconcile as of a day, progress shown."""
    from huikuan.pipeline.runs.reconciling import Asked
    from huikuan.server.workbench import services

    with progress("Reconciling") as told:
        services.reconcile(book, ACTOR, Asked(as_of=as_of), told)

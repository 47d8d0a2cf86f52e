"""What the commands share: the options every command takes, the book, printing of results, progress."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import wraps
from pathlib import Path
from typing import Any

import click

from huikuan.pipeline.plain import plain, plain_decimal

ACTOR = "command line"


class Day(click.ParamType[date]):
    """A day, ISO 8601."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day; wrong usage otherwise."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no date; write it like 2026-10-31.", param, ctx)


class Money(click.ParamType[Decimal]):
    """An amount, plain decimal text."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """The amount; wrong usage otherwise."""
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite():
            self.fail(f"{value!r} is no amount; write it like 12.50.", param, ctx)
        return amount


DAY, MONEY = Day(), Money()


def home_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """--home and --book, which every command takes."""
    function = click.option("--book", "book_name", metavar="NAME", help="The book; default: the only one.")(function)
    return click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        help="Data folder; default ~/.huikuan or HUIKUAN_HOME.",
    )(function)


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """--json: one JSON document on standard output."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")(function)


def run_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """--as-of, --from, --to."""
    for name, variable, text in (
        ("--as-of", "as_of", "As of this day; default today."),
        ("--to", "date_to", "Report up to this day; chosen as with --from."),
        (
            "--from",
            "date_from",
            "Report from this day on. Chosen by the business date of a match's left records (the right ones where "
            "it has no left) or of the open item; matching sees everything, so no match is cut.",
        ),
    ):
        function = click.option(name, variable, type=DAY, help=text)(function)
    return function


def with_book(function: Callable[..., Any]) -> Callable[..., Any]:
    """Ready Django for the home folder and hand the book over as `book`, in place of `home` and `book_name`."""

    @home_options
    @wraps(function)
    def command(home: Path | None, book_name: str | None, **values: Any) -> Any:
        ready(home)
        from huikuan.server.books.services import find_book

        return function(book=find_book(book_name), **values)

    return command


def ready(home: Path | None) -> None:
    """Configure Django for a home folder that exists, with its database up to date."""
    from huikuan.server.setup import setup

    setup(home)
    from django.utils import translation

    translation.activate(language())


def language() -> str:
    """The language of messages: HUIKUAN_LANG, else the system's when it is Chinese, else English."""
    told = (os.environ.get("HUIKUAN_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or "").lower()
    if not told.startswith("zh"):
        return "en"
    return "zh-hant" if any(part in told for part in ("tw", "hk", "hant")) else "zh-hans"


# Printing ------------------------------------------------------------------------------------------------------------
def emit(rows: Iterable[Mapping[str, Any]], as_json: bool, columns: Sequence[str] = ()) -> None:
    """Print rows: one JSON document, or a table for people (its columns: `columns`, else all)."""
    if as_json:
        write_json(rows, sys.stdout)
    else:
        table(list(rows), columns)


def write_json(rows: Iterable[Mapping[str, Any]], target: Any) -> None:
    """`{"rows": [...]}`, written row by row."""
    target.write('{"rows": [')
    for number, row in enumerate(rows):
        target.write((",\n" if number else "\n") + json.dumps(plain(dict(row)), ensure_ascii=False))
    target.write("\n]}\n")


def write_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], target: Any) -> None:
    """CSV with a header line."""
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(row.get(name)) for name in columns])


def cell(value: Any) -> str:  # noqa: PLR0911 - one case per type
    """A value as plain text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain_decimal(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return " ".join(f"{name}={cell(inner)}" for name, inner in value.items() if inner not in (None, ""))
    if isinstance(value, (list, tuple)):
        return " ".join(cell(inner) for inner in value)
    return str(value)


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> None:
    """A table for people on standard output; plain CSV when nobody is looking."""
    columns = columns or tuple(rows[0] if rows else ())
    if not sys.stdout.isatty():
        buffer = io.StringIO()
        write_csv(rows, columns, buffer)
        click.echo(buffer.getvalue(), nl=False)
        return
    from rich.console import Console
    from rich.table import Table

    shown = Table(box=None, header_style="bold", pad_edge=False)
    for name in columns:
        number = any(isinstance(row.get(name), (Decimal, int)) and not isinstance(row.get(name), bool) for row in rows)
        shown.add_column(name, justify="right" if number else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(cell(row.get(name)) for name in columns))
    Console().print(shown)


def say(text: str) -> None:
    """A message for people, on standard error."""
    click.echo(text, err=True)


@contextmanager
def progress(title: str) -> Iterator[Callable[[str, float, float], None]]:
    """A progress line on standard error while something long runs; silent when nobody is looking.

    Gives `told(words, done, total)`.
    """
    if not sys.stderr.isatty():
        yield lambda words, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task(title, total=None)

        def told(words: str, done: float, total: float) -> None:
            bar.update(task, description=f"{title} {words}", completed=done, total=total or None)

        yield told

"""`huikuan coverage`: which days the imported documents cover; days without business, for which no file is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from huikuan.cli.common import ACTOR, DAY, emit, home_options, json_option, say, with_book

SHOWN = (
    "shop",
    "account",
    "format",
    "kind",
    "from",
    "to",
    "rhythm",
    "alerts",
    "gaps",
    "overlaps",
    "quiet",
    "next_expected",
)


def show_coverage(streams: Sequence[Any], as_json: bool) -> None:
    """A row for each shop or account."""
    from huikuan.pipeline.documents.coverage_told import coverage_row

    emit([coverage_row(stream) for stream in streams], as_json, SHOWN)


def say_alerts(streams: Sequence[Any]) -> None:
    """What is missing, a sentence each, on standard error."""
    from huikuan.pipeline.documents.coverage_told import alerts_of

    for stream in streams:
        for sentence in alerts_of(stream):
            say(f"{stream.name}: {sentence}")


@with_book
def _show(book: Any, as_json: bool) -> None:
    from huikuan.server.documents.coverage import coverage_of

    streams = coverage_of(book, book.today())
    show_coverage(streams, as_json)
    say_alerts(streams)


@click.group("coverage", invoke_without_command=True)
@json_option
@home_options
@click.pass_context
def coverage_command(context: click.Context, home: Path | None, book_name: str | None, as_json: bool) -> None:
    """Show which days the documents cover, per shop or account; name days without business."""
    if context.invoked_subcommand is None:
        _show(home=home, book_name=book_name, as_json=as_json)
    elif home or book_name or as_json:
        raise click.UsageError(f"Write --home, --book and --json behind `{context.invoked_subcommand}`.")


def _days_of_a_stream(function: Callable[..., Any]) -> Callable[..., Any]:
    """ACCOUNT FROM TO, and --format where the name alone does not tell."""
    for argument in (
        click.argument("last", metavar="TO", type=DAY),
        click.argument("first", metavar="FROM", type=DAY),
        click.argument("name", metavar="ACCOUNT"),
        click.option("--format", "format_id", default="", help="Whose files, where several formats are of that name."),
    ):
        function = argument(function)
    return function


@coverage_command.command("quiet")
@_days_of_a_stream
@click.option("--reason", required=True, help="Why, in words.")
@json_option
@with_book
def quiet(book: Any, name: str, first: date, last: date, format_id: str, reason: str, as_json: bool) -> None:
    """Say that an account or shop had no business from one day to another, both included."""
    from huikuan.server.documents.quiet import say_quiet, stream_named

    stream = stream_named(book, name, format_id, book.today())
    said = say_quiet(book, ACTOR, stream, first, last, reason)
    emit([_row(stream, said)], as_json)
    say(f"{stream.name}: no file is asked for of {first} – {last}.")


@coverage_command.command("unquiet")
@_days_of_a_stream
@json_option
@with_book
def unquiet(book: Any, name: str, first: date, last: date, format_id: str, as_json: bool) -> None:
    """Take back that there was no business: the days, as they were named, are asked for again."""
    from huikuan.server.documents.quiet import said_of, stream_named, take_back

    stream = stream_named(book, name, format_id, book.today())
    said = take_back(book, ACTOR, said_of(book, stream, first, last).pk)
    emit([_row(stream, said)], as_json)


def _row(stream: Any, said: Any) -> dict[str, Any]:
    return {
        "shop": stream.shop, "account": stream.account, "format": ", ".join(stream.formats), "kind": stream.kind,
        "from": said.first, "to": said.last, "reason": said.reason,
    }  # fmt: skip

"""Commands of closing: close, reopen, periods."""

from __future__ import annotations

import sys
from typing import Any

import click

from huikuan.cli.common import ACTOR, emit, json_option, progress, say, with_book

SHOWN = ("period", "from", "to", "state", "closed_at", "closed_by", "figures", "late")


@click.command("close")
@click.argument("period")
@click.option("--check", "only_check", is_flag=True, help="Only list what is to be looked at; close nothing.")
@click.option("--accept-open", is_flag=True, help="Close although something is to be looked at; needs --reason.")
@click.option("--reason", default="", help="Why it is closed all the same.")
@json_option
@with_book
def close_command(book: Any, period: str, only_check: bool, accept_open: bool, reason: str, as_json: bool) -> None:
    """Close a month (2026-01), week (2026-W05) or day (2026-01-31): its results are frozen and never change."""
    from huikuan.server.periods.services import checks, close

    if only_check:
        found = checks(book, period)
        emit([_check(each) for each in found], as_json, ("check", "ok", "count", "amounts", "text"))
        sys.exit(0 if all(each.ok for each in found) else 1)
    with progress(f"Closing {period}") as told:
        made = close(book, ACTOR, period, accept_open=accept_open, reason=reason, progress=told)
    emit([_row(row) for row in _rows(book) if row.period.name == made.name], as_json, SHOWN)
    say(f"{made.name} is closed: {made.content_hash}")


@click.command("reopen")
@click.argument("period")
@click.option("--reason", required=True, help="Why.")
@json_option
@with_book
def reopen_command(book: Any, period: str, reason: str, as_json: bool) -> None:
    """Open a closed period again. Its frozen copy is kept aside."""
    from huikuan.server.periods.services import reopen

    reopen(book, ACTOR, period, reason)
    emit([_row(row) for row in _rows(book) if row.period.name == period], as_json, SHOWN)
    say(f"{period} is open again.")


@click.command("periods")
@json_option
@with_book
def periods_command(book: Any, as_json: bool) -> None:
    """List the months, and the weeks and days closed by themselves, with their figures and what came late."""
    emit([_row(row) for row in _rows(book)], as_json, SHOWN)


def _rows(book: Any) -> Any:
    from huikuan.server.periods.services import periods_of

    return periods_of(book)


def _check(each: Any) -> dict[str, Any]:
    names = [{"name": name, "told": told} for name, told in each.names]
    told = {"check": each.code, "ok": each.ok, "count": each.count, "amounts": each.amounts}
    return told | {"names": names, "text": each.text}


def _row(row: Any) -> dict[str, Any]:
    from huikuan.pipeline.plain import plain

    closed = row.closed
    return {
        "period": row.period.name, "from": row.period.first, "to": row.period.last, "state": row.state,
        "closed_at": closed.closed_at if closed else None, "closed_by": closed.manifest["closed_by"] if closed else "",
        "reason": closed.manifest["reason"] if closed else "", "hash": closed.content_hash if closed else "",
        "figures": [plain(each) for each in row.figures], "late": list(row.late),
        "accepted": list(closed.manifest["accepted"]) if closed else [],
        "statement": closed.statement if closed else [],
    }  # fmt: skip

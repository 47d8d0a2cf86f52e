"""What if the rules were others: a changed rules file tried on a period, nothing published, nothing saved."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from huikuan.cli.common import json_option, progress, run_options, say, with_book
from huikuan.cli.results import output_options, write_rows
from huikuan.cli.rules import rules_text


@click.command("what-if")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.argument("names", nargs=-1, metavar="[NAME...]")
@run_options
@output_options
@json_option
@with_book
def what_if_command(
    book: Any, file: Path, names: tuple[str, ...], as_of: date | None, date_from: date | None, date_to: date | None,
    format_id: str | None, output: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """What would change if the rules of FILE (TOML, as `rules import` takes it) held too.

    Runs the reconciliations NAME (default all) with the rules as they are and as they would be, and prints what
    differs: one row per record and field, from what to what. How many and how much is said on standard error.
    """
    from huikuan.pipeline.proposals.what_if import CHANGES, rows_of
    from huikuan.pipeline.runs.reconciling import Asked
    from huikuan.server.workbench import what_if

    with progress("Comparing") as told:
        changes = {"toml": rules_text(file)}
        found = what_if.compare(book, changes, names, Asked((), as_of, date_from, date_to), told)
    write_rows(rows_of(found), CHANGES, format_id, output, as_json)
    for each in found.counted:
        say(f"{each.reconciliation} {each.part} {each.change}: {each.rows}, {each.amount:f} {each.currency}")
    found.remove()
    say(f"{found.unchanged} rows stay as they are.")

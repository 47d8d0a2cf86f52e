"""The command `why`: what each pass found of two records."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from huikuan.cli.common import emit, json_option, run_options, say, with_book


@click.command("why")
@click.argument("name")
@click.argument("one", metavar="RECORD_KEY")
@click.argument("other", metavar="RECORD_KEY")
@run_options
@json_option
@with_book
def why_command(
    book: Any, name: str, one: str, other: str, as_of: date | None, date_from: date | None, date_to: date | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Why two records are together or not: what each pass found of them, in the order in which they run. Looks at the
    published results; nothing is run again. With --json codes and figures, and `first`: the first thing that would have
    to be otherwise."""
    from huikuan.pipeline.runs.reconciling import names_asked
    from huikuan.server.books.services import rules_of
    from huikuan.server.workbench.services import results
    from huikuan.server.workbench.why import why

    names_asked([name], rules_of(book))
    _answer, steps = why(book, results(book, as_of, date_from, date_to), name, one, other)
    rows = [
        {
            "pass": step.verdict.pass_name, "outcome": step.verdict.outcome,
            "code": step.verdict.reason.code.removeprefix("why."), "figures": dict(step.verdict.reason.figures),
            "group_id": step.verdict.group_id, "by": step.by, "at": step.at, "reason": step.said,
            "first": step.is_first, "sentence": step.sentence,
        }
        for step in steps
    ]  # fmt: skip
    if as_json:
        emit(rows, as_json)
        return
    emit([{"pass": step.name, "outcome": step.outcome, "sentence": step.sentence} for step in steps], as_json)
    matched = next((step for step in steps if step.verdict.outcome == "matched"), None)
    first = next((step for step in steps if step.is_first), None)
    if matched is not None:
        say(f"Together, by the pass “{matched.name}”: {matched.sentence}")
    elif first is not None:
        say(f"Not together. First of all: {first.sentence}")

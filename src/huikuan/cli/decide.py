"""Commands that decide: match, unmatch, exclude, correct."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import click

from huikuan.cli.common import ACTOR, MONEY, emit, json_option, say, with_book


class Many(click.Command):
    """`--left A B C --right D`: an option that takes all words up to the next option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Repeat the option before each further word."""
        repeated: list[str] = []
        current = ""
        for word in args:
            if word.startswith("--"):
                current = word if word in ("--left", "--right") else ""
                repeated.append(word)
            elif current and repeated[-1] != current:
                repeated += [current, word]
            else:
                repeated.append(word)
        return super().parse_args(ctx, repeated)


def _links(book: Any, name: str, group_id: str) -> list[dict[str, Any]]:
    from huikuan.pipeline.results.results import told_link
    from huikuan.server.workbench.services import results

    found = results(book)
    return [told_link(row, found.corrected) for row in found.group(name, group_id)]


@click.command("match", cls=Many)
@click.argument("name")
@click.option("--left", multiple=True, metavar="KEY...", help="Record keys of the left side.")
@click.option("--right", multiple=True, metavar="KEY...", help="Record keys of the right side.")
@click.option("--amount", type=MONEY, help="How much of the pair belongs together; default all that is left.")
@click.option("--difference-reason", default="", help="Code of the difference's reason, where the sides differ.")
@click.option("--reason", default="", help="Why, in words.")
@click.option("--force", is_flag=True, help="Match against the figures.")
@json_option
@with_book
def match_command(
    book: Any, name: str, left: tuple[str, ...], right: tuple[str, ...], amount: Decimal | None, difference_reason: str,
    reason: str, force: bool, as_json: bool,
) -> None:  # fmt: skip
    """Say that records belong together. Prints the match's links."""
    from huikuan.pipeline.runs.reconciling import names_asked
    from huikuan.server.books.services import rules_of
    from huikuan.server.workbench.services import match

    names_asked([name], rules_of(book))
    if not left and not right:
        raise click.UsageError("Name records by --left KEY... and --right KEY...")
    made = match(
        book, ACTOR, name, left, right, amount=amount, difference_reason=difference_reason, reason=reason, force=force
    )
    if made.waits:
        emit([_waiting(made)], as_json)
        say(f"It waits for a second person; nothing is matched until `huikuan approve {made.group_id}`.")
        return
    emit(_links(book, name, made.group_id), as_json)


def _waiting(made: Any) -> dict[str, Any]:
    """A forced match that waits, or waited, as a row."""
    return {
        "group_id": made.group_id, "name": made.reconciliation, "status": made.outcome or "waiting",
        "left": made.keys("left"), "right": made.keys("right"), "difference": made.difference,
        "currency": made.currency, "difference_reason": made.difference_reason, "reason": made.reason,
        "by": made.actor, "at": made.created_at,
    }  # fmt: skip


@click.command("approve")
@click.argument("group_id", required=False)
@json_option
@with_book
def approve_command(book: Any, group_id: str | None, as_json: bool) -> None:
    """Approve another's forced match, and print its links. Without GROUP_ID: list what waits for a second person."""
    from huikuan.server.workbench import approvals

    if group_id is None:
        emit([_waiting(each) for each in approvals.waiting_of(book)], as_json)
        return
    made = approvals.approve(book, ACTOR, group_id)
    emit(_links(book, made.reconciliation, made.group_id), as_json)


@click.command("decline")
@click.argument("group_id")
@click.option("--reason", required=True, help="Why, in words.")
@json_option
@with_book
def decline_command(book: Any, group_id: str, reason: str, as_json: bool) -> None:
    """Decline a forced match that waits for a second person. Its records are open as before."""
    from huikuan.server.workbench import approvals

    emit([_waiting(approvals.decline(book, ACTOR, group_id, reason))], as_json)


@click.command("unmatch")
@click.argument("group_id")
@click.option("--reason", default="", help="Why, in words.")
@json_option
@with_book
def unmatch_command(book: Any, group_id: str, reason: str, as_json: bool) -> None:
    """Undo one link: a person's match is taken back, an automatic one taken apart for good. Prints the links it had."""
    from huikuan.pipeline.results.results import told_link
    from huikuan.server.workbench.services import results, unmatch

    found = results(book)
    touched = next((rows for name in found.manifest.names if (rows := found.group(name, group_id))), [])
    unmatch(book, ACTOR, group_id, reason)
    emit([told_link(row, found.corrected) for row in touched], as_json)


@click.command("exclude")
@click.argument("record_key")
@click.option("--reason", required=True, help="Why, in words.")
@click.option("--name", default="", help="Only from this reconciliation.")
@json_option
@with_book
def exclude_command(book: Any, record_key: str, reason: str, name: str, as_json: bool) -> None:
    """Let a record take no part in reconciling."""
    from huikuan.server.workbench.services import exclude

    made = exclude(book, ACTOR, record_key, reason, name)
    emit([{"record_key": record_key, "name": made.reconciliation, "reason": made.reason}], as_json)


@click.command("correct")
@click.argument("record_key")
@click.argument("change", metavar="FIELD=VALUE")
@click.option("--reason", required=True, help="Why, in words.")
@json_option
@with_book
def correct_command(book: Any, record_key: str, change: str, reason: str, as_json: bool) -> None:
    """Say what a field of a record really is. It holds from the next `huikuan reconcile` on."""
    from huikuan.server.workbench.services import correct

    field, equals, value = change.partition("=")
    if not equals:
        raise click.UsageError(f"{change!r} is not FIELD=VALUE.")
    made = correct(book, ACTOR, record_key, field, value, reason)
    row = {"record_key": record_key, "field": field, "before": made.before, "after": made.after, "reason": made.reason}
    emit([row], as_json)
    say("Run `huikuan reconcile` to bring the results up to date.")

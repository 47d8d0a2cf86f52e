"""`huikuan watch DIR`: import files as they are put into a folder, then reconcile."""

from __future__ import annotations

import sys
import time
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from huikuan.cli.common import ACTOR, emit, json_option, say, with_book
from huikuan.cli.data import SHOWN, row_of, say_problems

LOOK_EVERY_S = 2.0


@click.command("watch")
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--once", is_flag=True, help="Import what lies there and end; for cron. Exit 1 if something was refused.")
@click.option("--reconcile/--no-reconcile", "reconciles", default=True, help="Reconcile after what brings news.")
@json_option
@with_book
def watch_command(book: Any, folder: Path, once: bool, reconciles: bool, as_json: bool) -> None:
    """Import files as they are put into DIR, until interrupted. They stay where they are.

    A folder in DIR named like a shop or an account of the book tells what its files are of. A file counts when it has
    stopped growing, again when it changes. Newer exports of known records are taken over, as `huikuan import` does
    where nobody can be asked. Prints a list of import rows for each batch.
    """
    from huikuan.records.errors import HuikuanError
    from huikuan.server.documents.inbox import Inbox

    inbox, refused = Inbox(folder), 0
    try:
        while True:
            try:
                files = inbox.look()
                if files:
                    rows = _import(book, folder, files)
                    inbox.done(files)
                    refused += _tell(rows, as_json)
                    if reconciles and any(row.new or row.updated for row in rows):
                        _reconcile(book)
            except (HuikuanError, OSError) as error:  # another process writes, the drive is away: a later look may do
                say(str(error))
                if once:
                    sys.exit(1)
            if once and inbox.settled():
                sys.exit(1 if refused else 0)
            time.sleep(LOOK_EVERY_S)
    except KeyboardInterrupt:
        say("Stopped.")


def _import(book: Any, folder: Path, files: list[Path]) -> list[Any]:
    """The import rows of these files. Files of the same shop and account go together."""
    from huikuan.pipeline.documents.importing import ImportOptions
    from huikuan.server.books.services import rules_of
    from huikuan.server.documents.inbox import options_of
    from huikuan.server.documents.services import import_paths

    rules, plain = rules_of(book), ImportOptions()
    shops, accounts = {shop.name for shop in rules.shops}, {account.name for account in rules.accounts}
    batches = groupby(files, lambda path: options_of(path, folder, plain, shops, accounts))
    return [
        row
        for options, batch in batches
        for row in import_paths(book, ACTOR, [(path, path.name) for path in batch], options)
    ]


def _tell(rows: list[Any], as_json: bool) -> int:
    """Print the rows of a batch; how many documents were refused."""
    emit([row_of(row) for row in rows], as_json, SHOWN)
    sys.stdout.flush()
    say_problems(rows)
    return sum(row.status == "refused" for row in rows)


def _reconcile(book: Any) -> None:
    from huikuan.server.workbench import services

    manifest = services.reconcile(book, ACTOR)
    say(f"Reconciled as of {manifest.as_of}, run {manifest.run}.")

"""`huikuan demo`: the files of a made-up seller, and a book that holds them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import click

from huikuan.cli.common import ACTOR, emit, home_options, json_option, progress, ready, say


@click.command("demo")
@click.option("--orders", type=click.IntRange(min=1), default=2000, show_default=True)
@click.option(
    "--months", type=click.IntRange(1, 12), default=1, show_default=True, help="Months the orders are spread over."
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--hard", is_flag=True, help="Far more goes wrong, and files tell the same again, cut otherwise.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for the files; default huikuan-demo."
)
@click.option("--load", is_flag=True, help="Import them into a book and reconcile.")
@home_options
@json_option
def demo_command(
    orders: int,
    months: int,
    seed: int,
    hard: bool,
    out: Path | None,
    load: bool,
    home: Path | None,
    book_name: str | None,
    as_json: bool,
) -> None:
    """Write the files of a made-up seller in the platforms' true formats, with truth.json beside them."""
    from huikuan.demo import generate

    keep = out is not None or not load
    with tempfile.TemporaryDirectory(prefix="huikuan-demo-") as scratch:
        folder = out or (Path("huikuan-demo") if keep else Path(scratch))
        with progress("Writing demo files") as told:
            truth = generate(folder, orders, seed, hard, told, months)
        rows: list[dict[str, Any]] = [
            {"file": file.file, "document": file.document, "format": file.format, "rows": file.rows}
            for file in truth.files
        ]
        if load:
            rows = load_demo(truth, home, book_name)
        emit(rows, as_json)
        if keep:
            say(f"The files and truth.json are in {folder}.")


def load_demo(truth: Any, home: Path | None, book_name: str | None) -> list[dict[str, Any]]:
    """Import a demo's rules and files into its own book (made where there is none) and reconcile.

    Returns the statement rows. The book is looked at as of the demo's last day for ever.
    """
    ready(home)
    from huikuan.server.books.demo import load
    from huikuan.server.workbench.services import results

    with progress("Importing") as told:
        book, manifest = load(truth, book_name, by=ACTOR, told=told)
    found = results(book)
    return [{**row, "as_of": manifest.as_of, "run": manifest.run} for row in found.statement()]

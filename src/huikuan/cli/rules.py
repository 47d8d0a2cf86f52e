"""Commands about the book's rules."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from huikuan.cli.common import ACTOR, emit, json_option, say, with_book
from huikuan.pipeline.plain import plain
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register

register({"rules.unreadable": gettext_noop("%(file)s is no text file in UTF-8.")})


@click.group("rules")
def rules_command() -> None:
    """Shops, accounts, settlement rules, fee rates, own reconciliations: show, export or import them (TOML)."""


@rules_command.command("show")
@json_option
@with_book
def show(book: Any, as_json: bool) -> None:
    """Print the rules."""
    import tomllib

    from huikuan.server.books.toml import export_text

    text = export_text(book)
    if not as_json:
        click.echo(text, nl=False)
        return
    sections = tomllib.loads(text)
    rows = [{"section": name, **entry} for name, entries in sections.items() for entry in entries]
    click.echo(json.dumps({"rows": plain(rows)}, ensure_ascii=False))


@rules_command.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@with_book
def export(book: Any, file: Path, as_json: bool) -> None:
    """Write the rules to a file."""
    from huikuan.server.books.toml import export_text

    file.write_text(export_text(book), encoding="utf-8")
    if as_json:
        emit([{"file": str(file)}], True)


def rules_text(file: Path) -> str:
    """The text of a rules file; `-` is standard input. UserError `rules.unreadable`."""
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError("rules.unreadable", file=file) from error


@rules_command.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--account", default="", help="The courier's account, where FILE is its zones or rate card as CSV.")
@json_option
@with_book
def import_(book: Any, file: Path, account: str, as_json: bool) -> None:
    """Take over a rules file, or a courier's zones or rate card (CSV): adds and changes what it names, removes none."""
    from huikuan.server.books.rule_tables import sections_of
    from huikuan.server.books.toml import import_sections, import_text

    text = rules_text(file)
    sections = sections_of(book, text, account)
    count = import_text(book, text, by=ACTOR) if sections is None else import_sections(book, sections, by=ACTOR)
    if as_json:
        click.echo(json.dumps({"rows": [{"entries": count}]}))
    say(f"{count} entries taken over.")


@rules_command.command("propose")
@click.option(
    "-o", "output", type=click.Path(path_type=Path, dir_okay=False), help="Write the new ones to a rules file."
)
@json_option
@with_book
def propose(book: Any, output: Path | None, as_json: bool) -> None:
    """Settlement rules and fee rates that the shops' own history suggests; nothing is changed."""
    from huikuan.server.books.proposal_words import row_of
    from huikuan.server.books.proposals import as_text, proposals_of

    listed = proposals_of(book)
    if output is not None:
        output.write_text(as_text(listed), encoding="utf-8")
        say(f"Written to {output}. Review it, then: huikuan rules import {output}")
    rows = [row_of(each) for each in listed]
    if as_json:
        click.echo(json.dumps({"rows": plain(rows)}, ensure_ascii=False))
        return
    for row in rows:
        subject = " ".join(filter(None, (row["shop"], row["type"], row["category"])))
        proposed = f"{row['proposed']} (from {row['from']})" if row["proposed"] else "-"
        click.echo(f"[{row['state']}] {subject}: {proposed}; holds: {row['holds'] or '-'}\n    {row['evidence']}")

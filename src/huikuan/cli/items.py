"""Commands about bill items that no table knows: list them, say what one is."""

from __future__ import annotations

import dataclasses
from typing import Any

import click

from huikuan.cli.common import ACTOR, emit, json_option, say, with_book


@click.command("items")
@json_option
@with_book
def items_command(book: Any, as_json: bool) -> None:
    """List the bill items that are not known, the most money first."""
    from huikuan.server.workbench.bill_items import unknown

    rows = [{**dataclasses.asdict(each.sum), "proposal": each.proposal} for each in unknown(book)]
    emit(rows, as_json, ("source", "item", "currency", "lines", "money_in", "money_out", "first", "last", "proposal"))


@click.command("classify")
@click.argument("source")
@click.argument("item")
@click.argument("type_name", metavar="TYPE")
@json_option
@with_book
def classify_command(book: Any, source: str, item: str, type_name: str, as_json: bool) -> None:
    """Say what a bill item of a platform is: for what was imported and for what comes. Prints what it moves."""
    from huikuan.server.workbench.bill_items import effect
    from huikuan.server.workbench.services import classify_item

    effects = effect(book, source, item)
    classify_item(book, ACTOR, source, item, type_name)
    emit([dataclasses.asdict(each) for each in effects], as_json)
    say(f"“{item}” is {type_name} now. Run `huikuan reconcile` to bring the results up to date.")

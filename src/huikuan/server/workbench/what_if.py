"""What results a change of the rules would change: the change is made, the rules are read, the change is taken back.

A change is plain data, so that a background job can make it again:

    {"toml": text}                                a rules file, as it is imported
    {"definition": {...}}                         a reconciliation of one's own, as it would be saved
    {"rule": kind, "pk": number or None, "data": fields}   a rule as its form was sent (`books.views_rules`)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from huikuan.pipeline.proposals import what_if
from huikuan.pipeline.proposals.what_if import WhatIf
from huikuan.pipeline.runs.reconciling import Asked
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.records.rules import Rules
from huikuan.records.user_reconciliation_file import read
from huikuan.server.books import toml, user_reconciliations
from huikuan.server.books.models import Book
from huikuan.server.books.rule_changes import apply_rule
from huikuan.server.books.services import rules_of
from huikuan.server.documents.library import library_book
from huikuan.server.jobs.models import Job
from huikuan.server.jobs.services import start
from huikuan.server.workbench.decided import decisions_of

register({"what_if.faults": gettext_noop("This is not what can be saved. %(faults)s")})
JOB = "what_if"


def changed_rules(book: Book, change: Mapping[str, Any]) -> Rules:
    """The book's rules as they would be after a change; nothing is saved. UserError for a change that cannot be."""
    with transaction.atomic():
        _make(book, change)
        rules = rules_of(book)
        transaction.set_rollback(True)
    return rules


def _make(book: Book, change: Mapping[str, Any]) -> None:
    if "toml" in change:
        toml.import_text(book, change["toml"])
    elif "definition" in change:
        own, faults = read(change["definition"])
        if own is None:
            raise UserError("what_if.faults", faults=" ".join(fault.text for fault in faults))
        user_reconciliations.save(book, own)
    else:
        apply_rule(book, change["rule"], change["pk"], change["data"])


def compare(
    book: Book,
    change: Mapping[str, Any],
    names: Sequence[str],
    asked: Asked,
    progress: Callable[[str, float, float], None] | None = None,
) -> WhatIf:
    """What the change would change in these reconciliations. Errors: see `pipeline.proposals.what_if.compare`."""
    before, after = rules_of(book), changed_rules(book, change)
    return what_if.compare(library_book(book), before, after, decisions_of(book), names, asked, progress)


def start_compare(book: Book, actor: Any, change: Mapping[str, Any], names: Sequence[str], asked: Asked) -> Job:
    """Compare in the background. UserError at once for a change that cannot be made."""
    changed_rules(book, change)
    days = {name: _iso(getattr(asked, name)) for name in ("as_of", "date_from", "date_to")}
    params = {"change": dict(change), "names": list(names), **days}
    return start(book, JOB, params, title=gettext_noop("What would change"), by=actor)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None

"""What the things of audit entries are called, and the page that shows each.

An entry names its thing as `kind:id`. What people read is its name then, the file of a document, a period in words, a
run by its time; an identity that says nothing to people is shown only where there is no other name.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from huikuan.insight.recon_words import recon_word
from huikuan.server.audit.models import Entry
from huikuan.server.core import numbers
from huikuan.server.core.scope import period_label

RUN = re.compile(r"(\d{8}T\d{6})-")  # a run's name begins with its time, UTC
TASK = re.compile(r"F-(\d+)\b")  # a task's name begins with its number
# Kinds whose page is asked for by the identity alone.
PAGES = {
    "document": "documents:document", "record": "documents:source", "period": "periods:period", "job": "jobs:detail",
}  # fmt: skip


def words_of(entry: Entry, book: Any) -> str:
    """What the thing of an entry is called, in the book's time and the active language."""
    kind, _colon, name = entry.object.partition(":")
    if entry.label:
        return entry.label
    if kind == "run" and (made := RUN.match(name)):
        time = datetime.strptime(made[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        return _("Run of %(time)s") % {"time": numbers.moment(book.local(time))}
    if kind == "match" and (of := _reconciliation(entry)):
        return _("Match in %(reconciliation)s") % {"reconciliation": recon_word(of)}
    if kind == "period":
        return period_label(name)
    return str(entry.after.get("file") or entry.before.get("file") or entry.object)


def page_of(entry: Entry) -> tuple[str, tuple[str, ...], dict[str, str]] | None:
    """The page of the thing: its name, arguments, query; None where it has none."""
    kind, _colon, name = entry.object.partition(":")
    if kind == "run":
        return "workbench:overview", (), {"as_of": str(entry.after.get("as_of") or "")}
    if kind == "order" and "/" in name:
        return "workbench:order", (name.partition("/")[2],), {}
    if kind == "match" and (of := _reconciliation(entry)):
        return "workbench:group", (of, name), {}
    if kind == "task" and (number := TASK.match(entry.label)):
        return "followup:task", (number[1],), {}
    return (PAGES[kind], (name,), {}) if kind in PAGES and name else None


def _reconciliation(entry: Entry) -> str:
    return str(entry.after.get("reconciliation") or entry.before.get("reconciliation") or "")

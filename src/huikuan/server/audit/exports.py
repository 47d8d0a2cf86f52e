"""The audit log as a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huikuan.server.audit import queries
from huikuan.server.audit.actions import ACTIONS
from huikuan.server.audit.objects import words_of
from huikuan.server.books.models import Book
from huikuan.server.core import numbers
from huikuan.server.core.statuses import word_of
from huikuan.server.exports.lists import Table, table


@table(
    "audit", ("q", "action"), gettext_noop("Audit log"),
    (
        ("entry", gettext_noop("Entry"), "count"), ("at", gettext_noop("When"), "text"),
        ("who", gettext_noop("Who"), "text"), ("action", gettext_noop("What"), "text"),
        ("object", gettext_noop("Object"), "text"), ("address", gettext_noop("Address"), "text"),
        ("before", gettext_noop("Before"), "text"), ("after", gettext_noop("After"), "text"),
        ("hash", gettext_noop("Hash"), "text"),
    ),
    permission="view_audit",
    printed=("entry", "at", "who", "action", "object", "address"),
)  # fmt: skip
def audit(book: Book, asked: Mapping[str, str]) -> Table:
    """The entries of a filter, the newest first."""
    text, action = asked.get("q", "").strip(), asked.get("action", "")
    rows = queries.entries_of(book, text, action).order_by("-id").iterator(chunk_size=2_000)
    told = (
        (
            row.pk, numbers.moment(book.local(row.at)), str(word_of("actor", row.actor)),
            str(ACTIONS.get(row.action, row.action)), words_of(row, book), row.address, _plain(row.before),
            _plain(row.after), row.hash,
        )
        for row in rows
    )  # fmt: skip
    return Table(told, [(_("Filter"), text), (_("What"), str(ACTIONS.get(action, action)))])


def _plain(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False) if told else ""

"""Writing and checking the audit log.

    record(request, "rules.change", shop, before={...}, after={...})

`who` is the request, a user, a word for a program (`command line`) or None for the system itself. Actions are dotted
constants; `actions.py` gives them words. Values are plain text, numbers and dates; never a password or a buyer's name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from huikuan.server.audit.models import Entry

GENESIS = "0" * 64
# Any constant: names the lock that makes writers of the log wait for each other on PostgreSQL.
LOG_LOCK = 7231004


@dataclass(frozen=True)
class Deed:
    """One of many deeds of one action: of what, before and after."""

    subject: Any
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def record(
    who: Any,
    action: str,
    subject: Any = None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    book: Any = None,
) -> Entry:
    """Append one entry. `subject` is a model instance or text `kind:id`. The book is the request's unless given."""
    return record_many(who, action, [Deed(subject, before or {}, after or {})], book=book)[0]


def record_many(who: Any, action: str, deeds: Sequence[Deed], *, book: Any = None) -> list[Entry]:
    """Append an entry for each deed, written together."""
    request = who if isinstance(who, HttpRequest) else None
    user, now = _user(who), timezone.now()
    entries = [
        Entry(
            at=now,
            user=user,
            actor=user.username if user else (who if isinstance(who, str) else "system"),
            address=(request.META.get("REMOTE_ADDR") or "")[:45] if request else "",
            book=book or getattr(request, "book", None),
            action=action,
            object=_identity(deed.subject)[:200],
            label=str(getattr(deed.subject, "shown_name", "") or getattr(deed.subject, "name", "") or "")[:200],
            before=plain(deed.before),
            after=plain(deed.after),
        )
        for deed in deeds
    ]
    with transaction.atomic():
        _lock()
        last = Entry.objects.order_by("-id").values_list("hash", flat=True).first() or GENESIS
        for entry in entries:
            entry.previous_hash = last
            last = entry.hash = hash_of(entry)
        Entry.objects.bulk_create(entries)
    return entries


def verify() -> Entry | None:
    """The first entry that does not fit the chain; None if the whole chain holds."""
    previous = GENESIS
    for entry in Entry.objects.order_by("id").iterator(chunk_size=2000):
        if entry.previous_hash != previous or entry.hash != hash_of(entry):
            return entry
        previous = entry.hash
    return None


def hash_of(entry: Entry) -> str:
    """The hash of an entry's content and of the hash before it."""
    content = [
        entry.previous_hash, entry.at.isoformat(), entry.user_id, entry.actor, entry.address, entry.book_id,
        entry.action, entry.object, entry.label, entry.before, entry.after,
    ]  # fmt: skip
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def plain(value: Any) -> Any:
    """A value as JSON keeps it: decimals and dates as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if value is None or isinstance(value, str | int | bool):
        return value
    return str(value)


def _user(who: Any) -> Any:
    user = getattr(who, "user", who)
    return user if getattr(user, "pk", None) and hasattr(user, "username") else None


def _identity(subject: Any) -> str:
    if subject is None or isinstance(subject, str):
        return subject or ""
    return f"{subject._meta.model_name}:{subject.pk}"


def _lock() -> None:
    """SQLite's immediate transactions are serial already; PostgreSQL is told to wait."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOG_LOCK])

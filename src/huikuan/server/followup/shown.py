"""What the pages draw: tasks with how they stand, groups with their addresses, what changed, history in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from huikuan.server.audit import actions
from huikuan.server.audit.models import Entry
from huikuan.server.core import numbers
from huikuan.server.core.shortcuts import book_url
from huikuan.server.core.statuses import word_of
from huikuan.server.followup.changes import Standing
from huikuan.server.followup.filters import Wanted
from huikuan.server.followup.models import Task
from huikuan.server.followup.reminders import day_of

STATE_LOOKS = {"open": "open", "promised": "in_transit", "done": "matched", "given_up": "closed"}
ZERO = Decimal(0)


@dataclass(frozen=True)
class ShownTask:
    """A task with how it stands (None: no results) and how late it is. `late_days` below 0: not due yet."""

    task: Task
    standing: Standing | None
    today: date

    @property
    def look(self) -> str:
        """The look of its state."""
        return STATE_LOOKS[self.task.state]

    @property
    def late_days(self) -> int | None:
        """Days since its due day; None where it has none or has ended."""
        return (self.today - self.task.due_on).days if self.task.live and self.task.due_on else None

    @property
    def promise_late(self) -> bool:
        """Whether the promised day has passed and money is still missing."""
        promised = self.task.promised_on
        cleared = self.standing is not None and self.standing.cleared
        return bool(self.task.live and promised and promised < self.today and not cleared)

    @property
    def cleared(self) -> bool:
        """Whether closing is proposed."""
        return self.task.live and self.standing is not None and self.standing.cleared

    @property
    def waits(self) -> bool:
        """Whether it asks for attention today."""
        return self.task.live and day_of(self.task) <= self.today


@dataclass(frozen=True)
class Group:
    """The missing money of one cause of a shop, with the address of its orders."""

    cause: str
    word: Any
    orders: int
    missing: Decimal
    oldest: date | None
    days: int
    held: int
    url: str


@dataclass
class ShopGroups:
    """A shop's causes and their sum."""

    shop: str
    url: str
    groups: list[Group] = field(default_factory=list)

    @property
    def orders(self) -> int:
        """All its orders."""
        return sum(group.orders for group in self.groups)

    @property
    def held(self) -> int:
        """Those in a task."""
        return sum(group.held for group in self.groups)

    @property
    def missing(self) -> Decimal:
        """All its missing money."""
        return sum((group.missing for group in self.groups), ZERO)

    @property
    def oldest(self) -> date | None:
        """The oldest day."""
        return min((group.oldest for group in self.groups if group.oldest), default=None)

    @property
    def days(self) -> int:
        """Days since then."""
        return max((group.days for group in self.groups), default=0)


@dataclass
class Currency:
    """What is missing in one currency: missing = overdue + disputed + overcharged."""

    currency: str
    overdue: Decimal = ZERO
    disputed: Decimal = ZERO
    overcharged: Decimal = ZERO
    orders: int = 0
    held: int = 0
    shops: list[ShopGroups] = field(default_factory=list)

    @property
    def missing(self) -> Decimal:
        """All of it."""
        return self.overdue + self.disputed + self.overcharged

    @property
    def proved(self) -> bool:
        """Whether the groups add up to it."""
        return sum((shop.missing for shop in self.shops), ZERO) == self.missing


def currencies(request: HttpRequest, rows: Iterable[dict[str, Any]], held: dict[Any, int]) -> list[Currency]:
    """The groups of `missing.groups` by currency and shop, in their order."""
    found: dict[str, Currency] = {}
    for row in rows:
        whole = found.setdefault(row["currency"], Currency(row["currency"]))
        for name in ("overdue", "disputed", "overcharged", "orders"):
            setattr(whole, name, getattr(whole, name) + row[name])
        if not whole.shops or whole.shops[-1].shop != row["shop"]:
            query = {"shop": row["shop"], "currency": row["currency"]}
            whole.shops.append(ShopGroups(row["shop"], book_url(request, "followup:missing", query=query)))
        part = held.get((row["currency"], row["shop"], row["cause"]), 0)
        whole.held += part
        query = {"shop": row["shop"], "currency": row["currency"], "cause": row["cause"]}
        url = book_url(request, "followup:missing", query=query)
        whole.shops[-1].groups.append(
            Group(
                row["cause"], word_of("cause", row["cause"]), row["orders"], row["missing"], row["oldest"], row["days"],
                part, url,
            )
        )  # fmt: skip
    return list(found.values())


def removable(request: HttpRequest, wanted: Wanted) -> list[tuple[str, str]]:
    """Filters that can be taken away one by one: what each says, the address without it."""
    told: list[tuple[str, tuple[str, ...]]] = [
        (value, (name,)) for name, value in (("shop", wanted.shop), ("currency", wanted.currency)) if value
    ]
    if wanted.cause:
        told.append((str(word_of("cause", wanted.cause)), ("cause",)))
    if wanted.first or wanted.last:
        same = wanted.first == wanted.last
        days = numbers.day(wanted.first) if same else f"{numbers.day(wanted.first)} – {numbers.day(wanted.last)}"
        told.append((_("Due %(days)s") % {"days": days}, ("first", "last")))
    if wanted.task:
        words = {"none": _("In no task"), "any": _("In a task")}
        told.append((words.get(wanted.task, f"F-{wanted.task}"), ("task",)))
    if wanted.claimed:
        told.append((_("Not claimed yet") if wanted.claimed == "none" else _("Claimed before"), ("claimed",)))
    if request.GET.get("q", "").strip():
        told.append((request.GET["q"].strip(), ("q",)))
    return [(label, without(request, names)) for label, names in told]


def without(request: HttpRequest, names: Iterable[str]) -> str:
    """This address without some parameters; paging starts again."""
    params = request.GET.copy()
    for name in (*names, "after", "page"):
        params.pop(name, None)
    return f"?{params.urlencode()}" if params else request.path


def what_changed(row: dict[str, Any]) -> list[str]:
    """What an order's figures were and are, in words; only what differs."""
    if row["gone"]:
        return [_("The order is not known any more: its file was taken out.")]
    told = []
    pairs: Sequence[tuple[str, Any, Any]] = (
        (
            pgettext("money", "Missing"),
            numbers.money_exact(row["missing_then"]),
            numbers.money_exact(row["missing_now"]),
        ),
        (_("Status"), word_of("collection", row["status_then"]), word_of("collection", row["status_now"])),
        (_("Should be settled"), numbers.money_exact(row["expected_then"]), numbers.money_exact(row["expected_now"])),
        (_("Settled"), numbers.money_exact(row["settled_then"]), numbers.money_exact(row["settled_now"])),
    )
    for name, before, after in pairs:
        if str(before) != str(after):
            told.append(f"{name} {before} → {after}")
    if row["missing_now"] and row["cause_now"] != row["cause_then"]:
        told.append(f"{_('Cause')} {word_of('cause', row['cause_then'])} → {word_of('cause', row['cause_now'])}")
    return told


@dataclass(frozen=True)
class Event:
    """A line of a task's history."""

    at: Any
    who: str
    what: Any
    detail: str


def history(entries: Iterable[Entry]) -> list[Event]:
    """What was done to a task, in words."""
    return [
        Event(
            entry.at,
            entry.user.shown_name if entry.user else entry.actor,
            actions.ACTIONS.get(entry.action, entry.action),
            _detail(entry),
        )
        for entry in entries
    ]


def _detail(entry: Entry) -> str:
    parts = []
    after, before = entry.after, entry.before
    for source in (after, before):
        count = source.get("orders")
        if isinstance(count, int):
            parts.append(ngettext("%(count)s order", "%(count)s orders", count) % {"count": f"{count:,}"})
            break
    for currency, amount in (after.get("missing") or {}).items():
        parts.append(f"{currency} {numbers.money_exact(Decimal(amount))}")
    for name, word in _field_words().items():
        if name in after and (name in before or after[name]):
            was, now = _value(name, before.get(name)), _value(name, after[name])
            parts.append(f"{word} {was} → {now}" if name in before else f"{word} {now}")
    parts += [
        str(source[name]) for source in (after, before) for name in ("reason", "file", "text") if source.get(name)
    ]
    return " · ".join(parts)


def _value(name: str, value: Any) -> str:
    if value in (None, ""):
        return "–"
    return numbers.money_exact(Decimal(value)) if name == "promised_amount" else str(value)


def _field_words() -> dict[str, str]:
    """The fields of a task in words."""
    return {
        "owner": _("Owner"), "due_on": _("To be done by"), "remind_on": _("Remind on"),
        "promised_on": _("The platform pays by"), "promised_amount": _("Amount promised"), "title": _("Title"),
    }  # fmt: skip

"""What stands between two records in the passes that look at pairs: key, reference, amount. See `engine.why`.

Each judge gives the first reason that the two records alone give against their being joined, or None.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from huikuan.engine.model import Definition
from huikuan.engine.pass2_reference import HINTS_PAIRED, SHORTEST_KEY
from huikuan.engine.pass3_amount import Window
from huikuan.engine.pass5_subset import Apart, meets
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import register

ZERO = Decimal(0)

# Passes as they run; the batch pass first tries whole days, then runs of entries.
STAGES = ("decision", "key", "reference", "amount", "day", "run", "subset", "suggest")
PASSES = {"day": "batch", "run": "batch"}

register(
    {
        "why.apart": _("A person took these two apart: they are not put together again."),
        "why.set_apart": _("A person took the right record out of a match: its number alone joins it to nothing."),
        "why.scope": _("They belong to different shops or accounts: %(left)s and %(right)s."),
        "why.currency": _("The currencies differ: %(left)s and %(right)s."),
        "why.no_key_left": _("The left record has no number to be found by."),
        "why.no_key_right": _("The right record has no number to be found by."),
        "why.no_key_both": _("Neither record has a number to be found by."),
        "why.key": _("The numbers differ: %(left)s and %(right)s."),
        "why.other_key": _("Each has a number of its own: a record of them was put together with others by it."),
        "why.target_left": _("The left record's account does not pay into %(scope)s."),
        "why.target_right": _(
            "The right record is not money of %(scope)s: by who paid it, it belongs to another account."
        ),
        "why.direction": _("The money moves in different directions: %(left)s and %(right)s."),
        "why.reference": _("The number %(number)s does not stand in the other record's text."),
        "why.reference_none": _("Neither record has a number that could stand in the other's text."),
        "why.reference_short": _(
            "The number %(number)s is shorter than %(least)s letters and digits: in a text it might be anything."
        ),
        "why.hint_left": _("The left record waits for nothing: %(class)s."),
        "why.hint_right": _("The right record waits for nothing: %(class)s."),
        "why.nothing_left": _("The left record's amount is 0."),
        "why.nothing_right": _("The right record's amount is 0."),
        "why.no_date_left": _("The left record has no date."),
        "why.no_date_right": _("The right record has no date."),
        "why.amount": _("The amounts differ by %(difference)s: %(left)s and %(right)s. They must be equal here."),
        "why.late": _("The right record lies %(days)s days after the left one; the window is %(window)s days."),
        "why.early": _("The right record lies %(days)s days before the left one; at most %(window)s are allowed."),
    }
)


@dataclass(frozen=True)
class Reason:
    """What stood in the way: a code of `records.messages` and its figures as plain text."""

    code: str
    figures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Went:
    """Where a record, or a part of it, went: the stage that took it, the group, the evidence of its link."""

    stage: str
    group_id: str
    evidence: str = ""


@dataclass(frozen=True)
class Told:
    """A record as the passes saw it (columns of `model.ENTRY`), and where it went.

    `known` is false for a record of which only its link is known: it was joined by its number, which agreed to the last
    digit, and is no candidate of any later pass. `key` is then None unless the link tells it.
    """

    record_key: str
    side: str
    scope: str
    currency: str
    day: date | None
    compared: Decimal
    target: str = "*"
    key: str | None = None
    reference: str | None = None
    hint: str | None = None
    moment: datetime | None = None
    seq: int | None = None
    open: bool = False
    known: bool = True
    went: tuple[Went, ...] = ()
    suggested: tuple[str, ...] = ()

    @property
    def pairable(self) -> bool:
        """`pass3_amount.eligible`: whether it may be paired by its amount alone."""
        return self.compared != ZERO and self.day is not None and may_pair(self.hint)


@dataclass(frozen=True)
class Case:
    """Two records in question, the rules they were matched by, and what lay beside them.

    `near`: records of both sides, these two among them, that may have had to do with them when the passes that look at
    amounts ran: still there, of their currency, within the window. `apart` as `pass5_subset.pairs_apart`. `again`: a
    decision made since the run took a match of theirs apart.
    """

    definition: Definition
    window: Window
    left: Told
    right: Told
    near: Sequence[Told] = ()
    apart: Apart = frozenset()
    again: bool = False

    @property
    def are_apart(self) -> bool:
        """Whether a person took the two apart."""
        return (self.left.record_key, self.right.record_key) in self.apart

    def rivals(self) -> tuple[int, int]:
        """How many left and right records the right and the left one may be paired with by the amount, itself
        included."""
        here = [each for each in self.near if each.pairable and each.compared == self.left.compared]
        lefts = [each for each in here if each.side == "left" and amount_reason(self, each, self.right) is None]
        rights = [each for each in here if each.side == "right" and amount_reason(self, self.left, each) is None]
        return len({each.record_key for each in lefts}), len({each.record_key for each in rights})


def reaches(record: Told, stage: str) -> bool:
    """Whether a record, or what decisions left of it, was still there when a stage began."""
    place = STAGES.index(stage)
    return record.open or any(STAGES.index(went.stage) >= place for went in record.went)


def may_pair(hint: str | None) -> bool:
    """Whether a class known beforehand leaves a record waiting for a counterpart."""
    return hint is None or hint in HINTS_PAIRED


def canonical(text: str) -> str:
    """`pass2_reference.canonical` of plain text."""
    return re.sub("[^0-9A-Za-z]+", " ", re.sub("[-_]", "", text)).upper()


def by_key(case: Case) -> Reason | None:
    """The key pass within one account or shop: scope, currency and number are the same."""
    left, right = case.left, case.right
    if right.record_key in {one for one, _other in case.apart}:
        return Reason("why.apart" if case.are_apart else "why.set_apart")
    if left.scope != right.scope:
        return Reason("why.scope", {"left": left.scope, "right": right.scope})
    return currencies(left, right) or _keys(left, right)


def by_account_key(case: Case) -> Reason | None:
    """The key pass between accounts: number and currency are the same, the accounts may meet, one direction."""
    left, right = case.left, case.right
    if not may_pair(left.hint):
        return Reason("why.hint_left", {"class": left.hint or ""})
    return _keys(left, right, blank="") or _joined(case)


def by_reference(case: Case) -> Reason | None:
    """The number of one record stands in the text of the other."""
    left, right = case.left, case.right
    if not may_pair(left.hint):
        return Reason("why.hint_left", {"class": left.hint or ""})
    numbers = {canonical(record.key) for record in (left, right) if record.key}
    if not numbers - {""}:
        return Reason("why.reference_none")
    pairs = ((left.key, right.reference), (right.key, left.reference))
    if not any(key and canonical(key) in words_of(text) for key, text in pairs):
        number = left.key or right.key or ""
        if max(len(each) for each in numbers) < SHORTEST_KEY:
            return Reason("why.reference_short", {"number": number, "least": str(SHORTEST_KEY)})
        return Reason("why.reference", {"number": number})
    return _joined(case)


def words_of(text: str | None) -> set[str]:
    """The runs of letters and digits in a text that are long enough to be a number."""
    return {word for word in canonical(text or "").split(" ") if len(word) >= SHORTEST_KEY}


def by_amount(case: Case) -> Reason | None:
    """Equal amounts of accounts that may meet, within the window."""
    if case.are_apart:
        return Reason("why.apart")
    return amount_reason(case, case.left, case.right)


def amount_reason(case: Case, left: Told, right: Told) -> Reason | None:
    """What stands between any two records in the amount pass."""
    found = unpairable(left) or unpairable(right) or currencies(left, right) or targets(left, right)
    if found:
        return found
    if left.compared != right.compared:
        figures = {"left": _plain(left.compared), "right": _plain(right.compared)}
        return Reason("why.amount", figures | {"difference": _plain(abs(left.compared - right.compared))})
    return out_of_window(case, left, right)


def unpairable(record: Told) -> Reason | None:
    """Why a record may not be paired by its amount alone."""
    if not may_pair(record.hint):
        return Reason(f"why.hint_{record.side}", {"class": record.hint or ""})
    if record.compared == ZERO:
        return Reason(f"why.nothing_{record.side}")
    return Reason(f"why.no_date_{record.side}") if record.day is None else None


def targets(left: Told, right: Told) -> Reason | None:
    """Whether the accounts may meet, asked both ways."""
    if not meets(left.target, right.scope):
        return Reason("why.target_left", {"scope": right.scope})
    return None if meets(right.target, left.scope) else Reason("why.target_right", {"scope": left.scope})


def out_of_window(case: Case, left: Told, right: Told) -> Reason | None:
    """Whether the right record lies too long after the left one, or too long before it."""
    assert left.day is not None and right.day is not None  # noqa: S101 - `unpairable` was asked
    days = (right.day - left.day).days
    if days > case.window.days:
        return Reason("why.late", {"days": str(days), "window": str(case.window.days)})
    if days < -case.window.lead:
        return Reason("why.early", {"days": str(-days), "window": str(case.window.lead)})
    return None


def direction(left: Told, right: Told) -> Reason | None:
    """Whether the money moves the same way."""
    if left.compared * right.compared > ZERO:
        return None
    return Reason("why.direction", {"left": _plain(left.compared), "right": _plain(right.compared)})


def _joined(case: Case) -> Reason | None:
    """What an edge between accounts asks beside the number."""
    left, right = case.left, case.right
    if case.are_apart:
        return Reason("why.apart")
    if not meets(left.target, right.scope):
        return Reason("why.target_left", {"scope": right.scope})
    return currencies(left, right) or direction(left, right)


def currencies(left: Told, right: Told) -> Reason | None:
    """Whether the currencies are the same."""
    if left.currency == right.currency:
        return None
    return Reason("why.currency", {"left": left.currency, "right": right.currency})


def _keys(left: Told, right: Told, blank: str | None = None) -> Reason | None:
    """Whether both have a number, and the same. `blank` counts as none too."""
    if any(not record.known and record.key is None for record in (left, right)):
        return Reason("why.other_key")
    bare = [record.side for record in (left, right) if record.key is None or record.key == blank]
    if bare:
        return Reason(f"why.no_key_{'both' if len(bare) > 1 else bare[0]}")
    return None if left.key == right.key else Reason("why.key", {"left": left.key or "", "right": right.key or ""})


def _plain(amount: Decimal) -> str:
    return f"{amount:.5f}"

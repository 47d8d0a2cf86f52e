"""A user's reconciliation from plain values and back: what a rules file, a form and the database hold.

`read` finds every fault at once; each names its place (`left.where.2.field`), what was found and what was expected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from huikuan.records.codes import OPEN_CLASSES
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import register, text_of
from huikuan.records.money import PLAIN_PATTERN, plain
from huikuan.records.user_reconciliation import (
    BUILT_IN_NAMES,
    CALLED,
    GROUPINGS,
    MODES,
    PASS_NAMES,
    SEVERAL_VALUES,
    TESTS,
    WITHOUT_VALUE,
    Condition,
    UserReconciliation,
    UserSide,
    record_kinds,
    usable_fields,
)

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
NAME_LENGTH, TITLE_LENGTH, DAYS_AT_MOST, LISTED_AT_MOST = 40, 80, 366, 20
SIDE_KEYS = ("kind", "where", "key", "texts", "plus", "minus", "date", "scope")
KEYS = (
    "name", "title", "left", "right", "passes", "tolerance", "window_days", "lead_days", "waiting_days", "grouping",
    "called", "no_work",
)  # fmt: skip
_NUMBER = re.compile(PLAIN_PATTERN)

register(
    {
        "own.missing": _("%(where)s is missing."),
        "own.unknown_key": _("%(where)s is unknown; there are: %(known)s."),
        "own.not_of_kind": _("%(where)s is %(found)s; expected %(expected)s."),
        "own.choice": _("%(where)s is %(found)s; expected one of: %(known)s."),
        "own.name": _(
            "%(where)s is %(found)s; expected two or more words of small letters and digits joined by hyphens, at "
            "most 40 characters, as in ledger-bank."
        ),
        "own.name_taken": _("%(where)s is %(found)s, the name of a built-in reconciliation; choose another."),
        "own.too_long": _("%(where)s has %(length)s characters; expected at most %(most)s."),
        "own.too_many": _("%(where)s has %(length)s entries; expected at most %(most)s."),
        "own.days": _("%(where)s is %(found)s; expected a whole number from 0 to %(most)s."),
        "own.amount": _("%(where)s is %(found)s; expected an amount of 0 or more, such as 0.05."),
        "own.number": _("%(where)s is %(found)s; expected a number."),
        "own.date": _("%(where)s is %(found)s; expected a date such as 2026-11-30."),
        "own.true_false": _("%(where)s is %(found)s; expected true or false."),
        "own.one_value": _("%(where)s has %(length)s values; expected one."),
        "own.no_value": _("%(where)s has no value; expected at least one."),
        "own.amounts_differ": _("%(where)s: one side compares an amount, the other none; expected both or neither."),
        "own.units_differ": _("%(where)s: one side compares money, the other pieces; expected the same on both."),
        "own.scopes_differ": _("%(where)s: one side names a field for its scope, the other none; expected both."),
        "own.keys_differ": _(
            "%(where)s: the left key has %(left)s fields, the right one %(right)s; expected as many on both sides."
        ),
        "own.key_needed": _(
            "%(where)s: the pass by key applies, but there is no key; expected key fields on both sides, or a grouping."
        ),
        "own.reference_needed": _(
            "%(where)s: the pass by reference applies; expected a key on one side and a text on the other in which it "
            "is looked for."
        ),
        "own.amount_needed": _(
            "%(where)s: the pass %(pass)s needs amounts; expected an amount on both sides, or this pass off."
        ),
        "own.nothing_applies": _("%(where)s: no pass applies; expected at least one that does."),
        "own.same_side": _(
            "%(where)s: both sides are the same records; expected a condition on the left side that tells them apart."
        ),
    }
)


@dataclass(frozen=True)
class Fault:
    """One thing wrong. `where` is the path of the key: `name`, `left.key.1`, `right.where.2.value` (from 1)."""

    where: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentence in the active language."""
        return text_of(self.code, {"where": self.where, **self.params})


def read(values: Mapping[str, Any]) -> tuple[UserReconciliation | None, list[Fault]]:
    """The reconciliation that plain values (of a TOML or JSON table) declare, and all faults; None if there is one."""
    reader = _Reader()
    if not isinstance(values, Mapping):
        return None, [Fault("[]", "own.not_of_kind", {"found": repr(values)[:60], "expected": "[name, title, …]"})]
    own = reader.reconciliation(values)
    if own.left.kind and own.right.kind:
        _check_whole(own, reader)
    return (None if reader.faults else own), reader.faults


def to_plain(own: UserReconciliation) -> dict[str, Any]:
    """As a rules file holds it: `read` gives the same again. What is the default is left out, but for the passes."""
    told: dict[str, Any] = {"name": own.name, "title": own.title}
    told |= {"tolerance": plain(own.tolerance), "window_days": own.window_days, "lead_days": own.lead_days}
    told |= {"waiting_days": own.waiting_days, "grouping": own.grouping, "passes": dict(own.passes)}
    told |= {"called": dict(own.called)} if own.called else {}
    told |= {"no_work": list(own.no_work)} if own.no_work else {}
    return told | {"left": _side_to_plain(own.left), "right": _side_to_plain(own.right)}


def _side_to_plain(side: UserSide) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": side.kind}
    told |= {name: list(getattr(side, name)) for name in ("key", "texts") if getattr(side, name)}
    told |= {name: getattr(side, name) for name in ("plus", "minus", "date", "scope") if getattr(side, name)}
    where = [_condition_to_plain(condition) for condition in side.where]
    return told | ({"where": where} if where else {})


def _condition_to_plain(condition: Condition) -> dict[str, Any]:
    told: dict[str, Any] = {"field": condition.field, "test": condition.test}
    if condition.test in SEVERAL_VALUES:
        return told | {"value": list(condition.values)}
    return told | ({"value": condition.values[0]} if condition.values else {})


class _Reader:
    """Reads one value after the other and collects what is wrong; what cannot be read gives its default."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, where: str, code: str, **params: Any) -> None:
        """Note one."""
        self.faults.append(Fault(where, code, params))

    def reconciliation(self, values: Mapping[str, Any]) -> UserReconciliation:
        """The whole."""
        self.known_keys(values, KEYS, "")
        passes = self.choices(values, "passes", PASS_NAMES, MODES) if "passes" in values else {"key": "applies"}
        return UserReconciliation(
            name=self.name(values),
            title=self.title(values),
            left=self.side(values, "left"),
            right=self.side(values, "right"),
            passes=passes,
            tolerance=self.tolerance(values),
            window_days=self.days(values, "window_days", 5),
            lead_days=self.days(values, "lead_days", 0),
            waiting_days=self.days(values, "waiting_days", 3),
            grouping=self.choice(values, "grouping", GROUPINGS, "", "none"),
            called=self.choices(values, "called", CALLED, OPEN_CLASSES),
            no_work=self.listed(values, "no_work", OPEN_CLASSES, ""),
        )

    def known_keys(self, values: Mapping[str, Any], known: Iterable[str], prefix: str) -> None:
        """Faults for keys nobody knows."""
        for name in sorted(set(values) - set(known)):
            self.fault(prefix + name, "own.unknown_key", known=", ".join(known))

    def text(self, values: Mapping[str, Any], name: str, prefix: str = "", *, needed: bool = False) -> str:
        """A text; blank where it is not said."""
        found = values.get(name, "")
        if not isinstance(found, str):
            self.fault(prefix + name, "own.not_of_kind", found=repr(found), expected="text")
            return ""
        if needed and not found.strip():
            self.fault(prefix + name, "own.missing")
        return found.strip()

    def name(self, values: Mapping[str, Any]) -> str:
        """The name: of the form of the built-in ones, and none of them."""
        name = self.text(values, "name", needed=True)
        if name in BUILT_IN_NAMES:
            self.fault("name", "own.name_taken", found=name)
        elif name and (not NAME.fullmatch(name) or len(name) > NAME_LENGTH):
            self.fault("name", "own.name", found=repr(name[:60]))
        return name

    def title(self, values: Mapping[str, Any]) -> str:
        """What it is called on pages."""
        title = self.text(values, "title", needed=True)
        if len(title) > TITLE_LENGTH:
            self.fault("title", "own.too_long", length=len(title), most=TITLE_LENGTH)
        return title

    def choice(self, values: Mapping[str, Any], name: str, known: Iterable[str], prefix: str, default: str) -> str:
        """One of a closed list."""
        found = values.get(name, default)
        if found not in known:
            self.fault(prefix + name, "own.choice", found=repr(found), known=", ".join(known))
            return default
        return str(found)

    def choices(
        self, values: Mapping[str, Any], name: str, keys: Iterable[str], known: Iterable[str]
    ) -> dict[str, str]:
        """A table whose keys and values are of closed lists."""
        found = values.get(name, {})
        if not isinstance(found, Mapping):
            self.fault(name, "own.not_of_kind", found=repr(found)[:60], expected=f"{{ {next(iter(keys))} = … }}")
            return {}
        self.known_keys(found, keys, f"{name}.")
        return {key: self.choice(found, key, known, f"{name}.", "off") for key in keys if key in found}

    def listed(self, values: Mapping[str, Any], name: str, known: Iterable[str], prefix: str) -> tuple[str, ...]:
        """A list of a closed list."""
        found = values.get(name, [])
        if not isinstance(found, list | tuple):
            self.fault(prefix + name, "own.not_of_kind", found=repr(found)[:60], expected="[…]")
            return ()
        if len(found) > LISTED_AT_MOST:
            self.fault(prefix + name, "own.too_many", length=len(found), most=LISTED_AT_MOST)
        for number, each in enumerate(found, start=1):
            if each not in known:
                self.fault(f"{prefix}{name}.{number}", "own.choice", found=repr(each), known=", ".join(known))
        return tuple(str(each) for each in found)

    def days(self, values: Mapping[str, Any], name: str, default: int) -> int:
        """A number of days."""
        found = values.get(name, default)
        if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= DAYS_AT_MOST:
            self.fault(name, "own.days", found=repr(found), most=DAYS_AT_MOST)
            return default
        return found

    def tolerance(self, values: Mapping[str, Any]) -> Decimal:
        """The tolerance."""
        found = str(values.get("tolerance", "0"))
        if not _NUMBER.fullmatch(found) or found.startswith("-"):
            self.fault("tolerance", "own.amount", found=repr(found))
            return Decimal(0)
        return Decimal(found)

    def side(self, values: Mapping[str, Any], name: str) -> UserSide:
        """The left or the right side."""
        found, prefix = values.get(name), f"{name}."
        if not isinstance(found, Mapping):
            self.fault(name, "own.missing")
            return UserSide("")
        self.known_keys(found, SIDE_KEYS, prefix)
        kind = self.text(found, "kind", prefix, needed=True)
        if kind not in record_kinds():
            if kind:
                self.fault(f"{prefix}kind", "own.choice", found=repr(kind), known=", ".join(record_kinds()))
            return UserSide("")
        return UserSide(
            kind,
            where=self.conditions(found, kind, prefix),
            key=self.listed(found, "key", usable_fields(kind, "key"), prefix),
            texts=self.listed(found, "texts", usable_fields(kind, "texts"), prefix),
            plus=self.field_of(found, "plus", kind, "amount", prefix),
            minus=self.field_of(found, "minus", kind, "amount", prefix),
            date=self.field_of(found, "date", kind, "date", prefix) or "business_date",
            scope=self.field_of(found, "scope", kind, "scope", prefix),
        )

    def field_of(self, values: Mapping[str, Any], name: str, kind: str, use: str, prefix: str) -> str:
        """A field of the kind that may be used so; blank where none is said."""
        found, known = self.text(values, name, prefix), usable_fields(kind, use)
        if found and found not in known:
            self.fault(prefix + name, "own.choice", found=repr(found), known=", ".join(known))
            return ""
        return found

    def conditions(self, values: Mapping[str, Any], kind: str, prefix: str) -> tuple[Condition, ...]:
        """The conditions of a side."""
        found = values.get("where", [])
        if not isinstance(found, list | tuple):
            self.fault(f"{prefix}where", "own.not_of_kind", found=repr(found)[:60], expected="[{ field, test, value }]")
            return ()
        if len(found) > LISTED_AT_MOST:
            self.fault(f"{prefix}where", "own.too_many", length=len(found), most=LISTED_AT_MOST)
            return ()
        read = (self.condition(each, kind, f"{prefix}where.{n}") for n, each in enumerate(found, start=1))
        return tuple(condition for condition in read if condition is not None)

    def condition(self, values: Any, kind: str, where: str) -> Condition | None:
        """One condition; None where it cannot be read."""
        if not isinstance(values, Mapping):
            self.fault(where, "own.not_of_kind", found=repr(values)[:60], expected="{ field, test, value }")
            return None
        self.known_keys(values, ("field", "test", "value"), f"{where}.")
        fields, faults = usable_fields(kind, "where"), len(self.faults)
        name = self.choice(values, "field", fields, f"{where}.", "") if "field" in values else ""
        if not name:
            if len(self.faults) == faults:
                self.fault(f"{where}.field", "own.missing")
            return None
        kind_of = fields[name].type
        test = self.choice(values, "test", TESTS[kind_of], f"{where}.", "is")
        given = values.get("value", [])
        told = [str(each).lower() if isinstance(each, bool) else str(each) for each in _as_list(given)]
        self.values(told, test, kind_of, f"{where}.value")
        return Condition(name, test, tuple(told))

    def values(self, told: list[str], test: str, kind_of: str, where: str) -> None:
        """Faults of a condition's values."""
        if test in WITHOUT_VALUE:
            if told:
                self.fault(where, "own.not_of_kind", found=repr(told[0]), expected=f"no value for {test}")
            return
        if not told:
            self.fault(where, "own.no_value")
        elif len(told) > 1 and test not in SEVERAL_VALUES:
            self.fault(where, "own.one_value", length=len(told))
        for each in told:
            fault = _value_fault(each, kind_of)
            if fault:
                self.fault(where, fault, found=repr(each))


def _as_list(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list | tuple) else [given]


def _value_fault(value: str, kind_of: str) -> str:
    """The code of what is wrong with a value for a field type; blank for nothing."""
    if kind_of in ("money", "quantity", "rate", "int"):
        return "" if _NUMBER.fullmatch(value) else "own.number"
    if kind_of == "bool":
        return "" if value in ("true", "false") else "own.true_false"
    if kind_of == "date":
        try:
            date.fromisoformat(value)
        except ValueError:
            return "own.date"
    return ""


def _check_whole(own: UserReconciliation, reader: _Reader) -> None:
    """Faults of what only fits together or not."""
    left, right = own.left, own.right
    if bool(left.amounts) != bool(right.amounts):
        reader.fault("right.plus" if left.amounts else "left.plus", "own.amounts_differ")
    elif left.counts_pieces != right.counts_pieces:
        reader.fault("right.plus", "own.units_differ")
    if bool(left.scope) != bool(right.scope):
        reader.fault("right.scope" if left.scope else "left.scope", "own.scopes_differ")
    if left.key and right.key and len(left.key) != len(right.key):
        reader.fault("right.key", "own.keys_differ", left=len(left.key), right=len(right.key))
    if left.kind == right.kind and not left.where:
        reader.fault("left.where", "own.same_side")
    if not any(fault.where.startswith("passes") for fault in reader.faults):
        _check_passes(own, reader)


def _check_passes(own: UserReconciliation, reader: _Reader) -> None:
    left, right = own.left, own.right
    if not any(own.mode(name) == "applies" for name in PASS_NAMES):
        reader.fault("passes", "own.nothing_applies")
    if own.mode("key") == "applies" and own.grouping == "none" and not (left.key and right.key):
        reader.fault("left.key" if not left.key else "right.key", "own.key_needed")
    if own.mode("reference") == "applies" and not ((left.key and right.texts) or (right.key and left.texts)):
        reader.fault("right.texts", "own.reference_needed")
    for name in ("reference", "amount", "batch", "subset"):
        if own.mode(name) == "applies" and not (left.amounts and right.amounts):
            reader.fault(f"passes.{name}", "own.amount_needed", **{"pass": name})

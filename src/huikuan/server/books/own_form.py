"""The form of a reconciliation of one's own: what was typed → plain values, and plain values → controls with faults.

`records.user_reconciliation_file.read` alone decides what is right; a fault stands at the control whose path it names.
The names of controls are the paths with hyphens: `left-kind`, `left-where-1-field`, `passes-key`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from huikuan.records.codes import OPEN_CLASSES
from huikuan.records.messages import text_of
from huikuan.records.user_reconciliation import (
    CALLED,
    GROUPINGS,
    MODES,
    PASS_NAMES,
    SEVERAL_VALUES,
    TESTS,
    WITHOUT_VALUE,
    record_kinds,
    usable_fields,
)
from huikuan.records.user_reconciliation_file import Fault
from huikuan.server.books.own_words import fault_words, label_of
from huikuan.server.core.statuses import word_of

SIDES = ("left", "right")
KEYS_AT_MOST, TEXTS_AT_MOST, CONDITIONS_AT_MOST = 4, 3, 6
DAYS = ("window_days", "lead_days", "waiting_days")
BLANK_SIDE: dict[str, Any] = {"kind": "", "date": "business_date"}


def blank() -> dict[str, Any]:
    """What a new one begins with."""
    return {
        "passes": {"key": "applies"}, "tolerance": "0", "window_days": 5, "lead_days": 0, "waiting_days": 3,
        "grouping": "none", "left": {**BLANK_SIDE, "kind": "ledger_line"}, "right": {**BLANK_SIDE, "kind": "bank_line"},
    }  # fmt: skip


def plain_of(post: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, as plain values; a field that a side's kind does not have (it was another before) is dropped."""
    told: dict[str, Any] = {name: post.get(name, "").strip() for name in ("name", "title", "tolerance", "grouping")}
    told["tolerance"] = told["tolerance"] or "0"
    for name in DAYS:
        typed = post.get(name, "").strip() or "0"
        told[name] = int(typed) if typed.isdecimal() and typed.isascii() else typed
    told["passes"] = {name: post.get(f"passes-{name}", "off") for name in PASS_NAMES}
    told["called"] = {name: code for name in CALLED if (code := post.get(f"called-{name}", ""))}
    told["no_work"] = [code for code in OPEN_CLASSES if post.get(f"no_work-{code}")]
    return told | {side: _side_of(post, side) for side in SIDES}


def _side_of(post: Mapping[str, str], side: str) -> dict[str, Any]:
    kind = post.get(f"{side}-kind", "")
    told: dict[str, Any] = {"kind": kind}
    for name, most in (("key", KEYS_AT_MOST), ("texts", TEXTS_AT_MOST)):
        chosen = (post.get(f"{side}-{name}-{n}", "") for n in range(1, most + 1))
        told[name] = [each for each in chosen if each in usable_fields(kind, name)]
    for name, use in (("plus", "amount"), ("minus", "amount"), ("date", "date"), ("scope", "scope")):
        value = post.get(f"{side}-{name}", "")
        told[name] = value if value in usable_fields(kind, use) else ""
    rows = (_condition_of(post, kind, f"{side}-where-{n}") for n in range(1, CONDITIONS_AT_MOST + 1))
    return told | {"where": [row for row in rows if row]}


def _condition_of(post: Mapping[str, str], kind: str, prefix: str) -> dict[str, Any]:
    """A condition as typed; empty where no field is chosen. A test that the field does not have becomes its first."""
    fields, name = usable_fields(kind, "where"), post.get(f"{prefix}-field", "")
    if name not in fields:
        return {}
    tests = TESTS[fields[name].type]
    test = post.get(f"{prefix}-test", "")
    test = test if test in tests else tests[0]
    value = post.get(f"{prefix}-value", "").strip()
    if test in WITHOUT_VALUE:
        return {"field": name, "test": test}
    if test in SEVERAL_VALUES:
        return {"field": name, "test": test, "value": [each for part in value.split(",") if (each := part.strip())]}
    return {"field": name, "test": test} | ({"value": value} if value else {})


@dataclass(frozen=True)
class Control:
    """One control: a list to choose from where there are `options`, else a text. `again`: the form depends on it."""

    name: str
    label: Any
    value: str
    options: tuple[tuple[str, Any], ...] = ()
    faults: tuple[str, ...] = ()
    again: bool = False
    help: str = ""


class Shown:
    """A form made of plain values and faults; the template asks it for its parts."""

    def __init__(self, told: Mapping[str, Any], faults: Iterable[Fault] = ()) -> None:
        self.told = told
        self._faults = list(faults)
        self._placed: set[str] = set()

    def _control(
        self, path: str, label: Any, value: Any, options: Iterable[tuple[str, Any]] = (), **more: Any
    ) -> Control:
        """A control with the faults of its path and of what lies below."""
        own = [fault for fault in self._faults if fault.where == path]
        self._placed |= {fault.where for fault in own}
        texts = tuple(text_of(fault.code, {"where": label, **fault.params}) for fault in own)
        shown = ", ".join(value) if isinstance(value, list) else str(value)
        return Control(path.replace(".", "-"), label, shown, tuple(options), texts, **more)

    @property
    def head(self) -> list[Control]:
        """Name and title."""
        told = self.told
        hint = _("Small letters and hyphens, as in ledger-bank; used by the command line, and never changed.")
        return [
            self._control("title", label_of("title"), told.get("title", "")),
            self._control("name", label_of("name"), told.get("name", ""), help=hint),
        ]

    @property
    def sides(self) -> list[dict[str, Any]]:
        """The controls of both sides."""
        titles = {"left": _("Left side"), "right": _("Right side")}
        return [self._side(side, titles[side]) for side in SIDES]

    def _side(self, side: str, title: str) -> dict[str, Any]:
        told = self.told.get(side) or BLANK_SIDE
        kind = told.get("kind", "")
        kinds = [(name, word_of("kind", name)) for name in record_kinds()]
        one = {
            name: self._control(f"{side}.{name}", label, told.get(name, ""), _fields(kind, use, first))
            for name, use, label, first in (
                ("plus", "amount", _("Amount"), _("none: records are counted")),
                ("minus", "amount", _("less"), _("nothing")),
                ("date", "date", _("Date"), ""),
                ("scope", "scope", _("Only within the same"), _("no limit")),
            )
        }
        return {
            "side": side,
            "title": title,
            "kind": self._control(f"{side}.kind", _("Kind of record"), kind, kinds, again=True),
            "conditions": self._conditions(side, kind, told.get("where", [])),
            "where": self._control(f"{side}.where", _("Conditions"), ""),
            "keys": self._list(side, "key", kind, told.get("key", []), KEYS_AT_MOST, _("Key")),
            "key": self._control(f"{side}.key", _("Key"), ""),
            "texts": self._list(side, "texts", kind, told.get("texts", []), TEXTS_AT_MOST, _("Text")),
            "text": self._control(f"{side}.texts", _("Text"), ""),
            "fields": list(one.values()),
        }

    def _list(self, side: str, name: str, kind: str, chosen: list[str], most: int, label: str) -> list[Control]:
        """One control per field chosen and one more."""
        options = _fields(kind, name, "–")
        shown = [*chosen, ""][:most]
        return [
            self._control(f"{side}.{name}.{n}", f"{label} {n}", value, options, again=True)
            for n, value in enumerate(shown, start=1)
        ]

    def _conditions(self, side: str, kind: str, rows: list[dict[str, Any]]) -> list[list[Control]]:
        """Field, test and value of each condition, and of one more."""
        fields, made = usable_fields(kind, "where"), []
        for n, row in enumerate([*rows, {}][:CONDITIONS_AT_MOST], start=1):
            name, path = row.get("field", ""), f"{side}.where.{n}"
            controls = [self._control(f"{path}.field", _("Field"), name, _fields(kind, "where", "–"), again=True)]
            if name in fields:
                tests = [(test, test_words()[test]) for test in TESTS[fields[name].type]]
                controls.append(self._control(f"{path}.test", _("Test"), row.get("test", ""), tests, again=True))
                if row.get("test") not in WITHOUT_VALUE:
                    controls.append(self._control(f"{path}.value", _("Value"), row.get("value", "")))
            made.append(controls)
        return made

    @property
    def passes(self) -> list[Control]:
        """How records meet."""
        words = {"applies": _("Applies"), "suggests": _("Suggests only"), "off": _("Off")}
        told = self.told.get("passes", {})
        return [
            self._control(
                f"passes.{name}", word_of("pass", name), told.get(name, "off"), [(mode, words[mode]) for mode in MODES]
            )
            for name in PASS_NAMES
        ]

    @property
    def figures(self) -> list[Control]:
        """Tolerance, days, grouping."""
        told = self.told
        periods = dict(zip(GROUPINGS, (_("by key alone"), _("by day"), _("by week"), _("by month")), strict=True))
        return [
            self._control("tolerance", label_of("tolerance"), told.get("tolerance", "0")),
            *(self._control(name, label_of(name), told.get(name, 0)) for name in DAYS),
            self._control("grouping", label_of("grouping"), told.get("grouping", "none"), periods.items()),
        ]

    @property
    def called(self) -> list[Control]:
        """How what stays open is called."""
        options = [("", _("as usual")), *((code, word_of("class", code)) for code in OPEN_CLASSES)]
        told = self.told.get("called", {})
        return [
            self._control(f"called.{name}", label_of(f"called.{name}"), told.get(name, ""), options) for name in CALLED
        ]

    @property
    def no_work(self) -> list[tuple[str, Any, bool]]:
        """Classes that may need no work: those it can give, each with whether it is chosen."""
        told = self.told.get("called", {})
        usual = {"waiting": "not_due", "overdue": "missing_right", "unknown": "missing_left"}
        codes = [told.get(name) or usual.get(name, name) for name in CALLED]
        return [(code, word_of("class", code), code in self.told.get("no_work", [])) for code in dict.fromkeys(codes)]

    @property
    def others(self) -> list[str]:
        """Faults whose control is not shown. Asked for last."""
        return [fault_words(fault) for fault in self._faults if fault.where not in self._placed]


def _fields(kind: str, use: str, first: str) -> list[tuple[str, Any]]:
    """Fields to choose from, by their words; `first` is what choosing none means (blank: one must be chosen)."""
    shown = [(name, word_of("field", name)) for name in usable_fields(kind, use)]
    return [("", first), *shown] if first else shown


def test_words() -> dict[str, str]:
    """The tests of conditions in words."""
    return {
        "is": _("is"), "is_not": _("is not"), "in": _("is one of (by commas)"), "not_in": _("is none of (by commas)"),
        "starts_with": _("begins with"), "contains": _("contains"), "at_least": _("is at least"),
        "at_most": _("is at most"), "blank": _("is blank"), "not_blank": _("is not blank"),
    }  # fmt: skip

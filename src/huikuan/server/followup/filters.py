"""What the list of missing money is asked for: shop, cause, kind, words, days, in which task."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from huikuan.records.codes import CAUSES
from huikuan.server.followup.missing import KINDS
from huikuan.server.workbench.filters import Typed, read, typed_conditions

SORTS = {
    "order_no": "VARCHAR", "shop": "VARCHAR", "due_on": "DATE", "days": "BIGINT", "expected": "DECIMAL(18,5)",
    "settled": "DECIMAL(18,5)", "missing": "DECIMAL(18,5)",
}  # fmt: skip
DEFAULT_SORT = "-missing"
NAMES = ("shop", "currency", "cause", "kind", "q", "first", "last", "task", "claimed")
NONE, ANY = "none", "any"  # of `task`: in no live task, in some; of `claimed`: in no claim file yet, in some


class FilterForm(forms.Form):
    """The filter as the address holds it."""

    shop = forms.CharField(label=_("Shop"), required=False, max_length=200)
    currency = forms.CharField(required=False, max_length=3)
    cause = forms.ChoiceField(required=False, choices=[(code, code) for code in CAUSES])
    kind = forms.ChoiceField(required=False, choices=[(code, code) for code in KINDS])
    q = forms.CharField(required=False, max_length=100)
    first = forms.DateField(label=_("Due from"), required=False)
    last = forms.DateField(label=_("to"), required=False)
    task = forms.RegexField(r"\A(?:\d{1,9}|none|any)\Z", required=False)
    claimed = forms.ChoiceField(required=False, choices=[(name, name) for name in (NONE, ANY)])
    sort = forms.ChoiceField(required=False, choices=[(name, name) for each in SORTS for name in (each, f"-{each}")])


@dataclass(frozen=True)
class Wanted:
    """A checked filter; `task` is blank, `none`, `any` or a task's number, `claimed` blank, `none` or `any`."""

    shop: str = ""
    currency: str = ""
    cause: str = ""
    kind: str = ""
    typed: Typed = field(default_factory=Typed)
    first: date | None = None
    last: date | None = None
    task: str = ""
    claimed: str = ""
    sort: str = DEFAULT_SORT

    def where(self, *, kind: bool = True) -> tuple[str, dict[str, Any]]:
        """The condition over missing money `m` with what is held `h` and claimed `l`, and its $names."""
        parts, values = ["true"], dict[str, Any]()
        for name in ("shop", "currency", "cause", "kind"):
            value = getattr(self, name)
            if value and (kind or name != "kind"):
                parts.append(f"m.{name} = ${name}")
                values[name] = value
        for number, (sign, day) in enumerate(
            ((">=", self.first), ("<=", self.last), (">=", self.typed.first), ("<=", self.typed.last))
        ):
            if day is not None:
                parts.append(f"m.due_on {sign} $day{number}::DATE")
                values[f"day{number}"] = day
        if self.task:
            parts.append({NONE: "h.task IS NULL", ANY: "h.task IS NOT NULL"}.get(self.task, "h.task = $task"))
            values |= {"task": int(self.task)} if self.task.isdecimal() else {}
        if self.claimed:
            parts.append(f"l.claimed_on IS {'NOT ' if self.claimed == ANY else ''}NULL")
        typed, told = typed_conditions(self.typed, "m.order_no", "m.missing")
        return " AND ".join(parts + typed), values | told


def filter_of(data: QueryDict | dict[str, str], until: date) -> tuple[FilterForm, Wanted | None]:
    """The form, and the filter it asks for; None when something in it cannot be understood."""
    form = FilterForm(data)
    if not form.is_valid():
        return form, None
    told = form.cleaned_data
    return form, Wanted(
        shop=told["shop"], currency=told["currency"], cause=told["cause"], kind=told["kind"],
        typed=read(told["q"], until), first=told["first"], last=told["last"], task=told["task"],
        claimed=told["claimed"], sort=told["sort"] or DEFAULT_SORT,
    )  # fmt: skip

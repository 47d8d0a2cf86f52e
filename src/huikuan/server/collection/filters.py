"""What the collection list is asked for: status, shop, words, amounts, days, age, the figure it is reached from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from unicodedata import normalize

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from huikuan.insight.collection.cube import AGES
from huikuan.records.codes import COLLECTION_STATUSES
from huikuan.server.collection.figures import FIGURES, ORDER_DAY, Figure
from huikuan.server.workbench.filters import Typed, read, typed_conditions

SORTS: dict[str, str] = {
    "order_no": "VARCHAR", "shop": "VARCHAR", "status": "VARCHAR", "business_date": "DATE", "expected_date": "DATE",
    "due_date": "DATE", "overdue_days": "BIGINT", "receivable": "DECIMAL(18,5)", "collected": "DECIMAL(18,5)",
    "outstanding": "DECIMAL(18,5)", "overdue": "DECIMAL(18,5)", "figure": "DECIMAL(18,5)",
}  # fmt: skip
DEFAULT_SORT = "-overdue_days"
HELD = "(SELECT TRY_CAST(each AS BIGINT) FROM (SELECT unnest(string_split($held, ',')) AS each) WHERE each <> '')"


class MoneyField(forms.DecimalField):
    """An amount as people type it: separators and full-width digits are fine."""

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """The amount; ValidationError if it is none."""
        text = normalize("NFKC", str(value or "")).replace(",", "").strip()
        try:
            return Decimal(text) if text and Decimal(text).is_finite() else super().to_python(text)
        except InvalidOperation as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error


class FilterForm(forms.Form):
    """The filter as its panel and the address hold it."""

    status = forms.ChoiceField(required=False, choices=[(code, code) for code in COLLECTION_STATUSES])
    shop = forms.CharField(label=_("Shop"), required=False, max_length=100)
    currency = forms.CharField(required=False, max_length=3)
    q = forms.CharField(required=False, max_length=100)
    amount_from = MoneyField(label=_("Receivable from"), required=False)
    amount_to = MoneyField(label=_("to"), required=False)
    first = forms.DateField(label=_("Ordered from"), required=False)
    last = forms.DateField(label=_("to"), required=False)
    age = forms.ChoiceField(required=False, choices=[(str(n), str(n)) for n in range(len(AGES) + 2)])
    figure = forms.ChoiceField(required=False, choices=[(name, name) for name in FIGURES])
    task = forms.RegexField(r"\A(?:none|any|nobody|of\d{1,9})\Z", required=False)
    sort = forms.ChoiceField(required=False, choices=[(name, name) for each in SORTS for name in (each, f"-{each}")])

    def clean(self) -> dict[str, Any]:
        """A figure that depends on days needs them."""
        cleaned = super().clean() or {}
        figure = FIGURES.get(cleaned.get("figure", ""))
        needed = {"e_first": "first", "e_after": "last"}
        for name in (needed[key] for key in (figure.early or {} if figure else {})):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("This figure needs a day."))
        if cleaned.get("sort", "").lstrip("-") == "figure" and figure is None:
            cleaned["sort"] = ""
        return cleaned


@dataclass(frozen=True)
class Wanted:
    """A checked filter. `typed`: what the words box says. `task`: who follows up (`followup.holding`), which means the
    orders `held` (row numbers with commas between them; of `none` those that are left out); `queries.asked` fills it.
    """

    status: str = ""
    shop: str = ""
    currency: str = ""
    typed: Typed = field(default_factory=Typed)
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    first: date | None = None
    last: date | None = None
    age: int | None = None
    figure: Figure | None = None
    task: str = ""
    held: str | None = None
    sort: str = DEFAULT_SORT

    @property
    def cubed(self) -> bool:
        """Whether totals can be told from the small table."""
        return self.plain and (self.figure is None or self.figure.cubed)

    @property
    def plain(self) -> bool:
        """Whether nothing is asked of single orders: no words, no amounts, no task."""
        typed = self.typed
        bounds = (typed.at_least, typed.at_most, typed.over, typed.under, self.amount_from, self.amount_to)
        return not typed.words and not self.task and all(bound is None for bound in bounds)

    def where(self, *, cube: bool = False, status: bool = True) -> tuple[str, dict[str, Any]]:
        """The condition over orders (or the small table), with its $names."""
        parts: list[str] = ["true"]
        values: dict[str, Any] = {}
        for name, value in (
            ("status", self.status if status else ""),
            ("shop", self.shop),
            ("currency", self.currency),
        ):
            if value:
                parts.append(f"c.{name} = ${name}")
                values[name] = value
        if self.age is not None:
            parts.append("c.age = $age")
            values["age"] = self.age
        if self.task:
            values["held"] = self.held or ""
            parts.append(f"c.file_row_number {'NOT ' if self.task == 'none' else ''}IN {HELD}")
        parts += self._days(values)
        if self.figure:
            name = self.figure.name
            parts.append(f"has_{name}" if cube else f"({self.figure.sql}) <> 0")
        return " AND ".join(parts + self._typed(values)), values

    def _days(self, values: dict[str, Any]) -> list[str]:
        own = self.figure.days if self.figure else ""
        values |= {"first": self.first, "last": self.last}
        if own:
            return [own]
        parts = [f"{ORDER_DAY} >= $first::DATE"] if self.first else []
        return parts + ([f"{ORDER_DAY} <= $last::DATE"] if self.last else [])

    def _typed(self, values: dict[str, Any]) -> list[str]:
        typed, own = self.typed, ((">=", self.amount_from), ("<=", self.amount_to))
        parts, told = typed_conditions(typed, "c.order_no", "abs(receivable)", own)
        values |= told
        for number, (sign, day) in enumerate(((">=", typed.first), ("<=", typed.last))):
            if day is not None:
                parts.append(f"{ORDER_DAY} {sign} $day{number}::DATE")
                values[f"day{number}"] = day
        return parts


def filter_of(data: QueryDict | dict[str, str], until: date) -> tuple[FilterForm, Wanted | None]:
    """The form, and the filter it asks for; None when something in it cannot be understood."""
    form = FilterForm(data)
    if not form.is_valid():
        return form, None
    told = form.cleaned_data
    return form, Wanted(
        status=told["status"], shop=told["shop"], currency=told["currency"], typed=read(told["q"], until),
        amount_from=told["amount_from"], amount_to=told["amount_to"], first=told["first"], last=told["last"],
        age=int(told["age"]) if told["age"] else None, figure=FIGURES.get(told["figure"]), task=told["task"],
        sort=told["sort"] or ("-figure" if told["figure"] else DEFAULT_SORT),
    )  # fmt: skip

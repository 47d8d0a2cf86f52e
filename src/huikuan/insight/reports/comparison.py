"""A report's figures beside those of another period: value, before, change, change in per cent."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from huikuan.insight.periods import compared_span
from huikuan.insight.reports.base import Parameter, period_text
from huikuan.insight.reports.tables import Column, ratio_of
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

PREVIOUS, YEAR = "previous", "year"
COMPARE = Parameter(
    "compare",
    _("Compare with"),
    choices=("", PREVIOUS, YEAR),
    words={"": _("no other period"), PREVIOUS: _("the period before"), YEAR: _("the same days a year before")},
)


def span_before(params: Mapping[str, Any]) -> tuple[date, date] | None:
    """The span to compare with; None where none is asked for, or the period has no beginning or end."""
    if not params["compare"] or not params["from"] or not params["to"]:
        return None
    return compared_span(params["from"], params["to"], params["compare"])


def compared_fact(before: tuple[date, date] | None) -> tuple[tuple[str, str], ...]:
    """The other period for the head of a report."""
    return ((translated(_("Compared with")), period_text(*before)),) if before else ()


def compared_columns(columns: Iterable[Column], brief: Container[str] = ()) -> list[Column]:
    """Each column with the one of the other period, the change and, of amounts and counts, the change in per cent. Of
    the `brief` ones the other period's only."""
    made: list[Column] = []
    for column in columns:
        key = column.key
        plain = replace(column, definition="", drill=None, ratio=None, total=column.total)
        before_ratio = (f"{column.ratio[0]}_before", f"{column.ratio[1]}_before") if column.ratio else None
        before = replace(plain, key=f"{key}_before", title=translated(_("Before")), ratio=before_ratio)
        made += [column, before]
        if key in brief:
            continue
        title = _("Change (points)") if column.type == "rate" else _("Change")
        change = replace(plain, key=f"{key}_change", title=translated(title))
        made.append(change)
        if column.total:
            rate_of = (change.key, before.key)
            made.append(Column(f"{key}_rate", translated(_("Change %")), "rate", ratio=rate_of))
    return made


def compared_values(
    columns: Iterable[Column], now: Sequence[Any], before: Sequence[Any], brief: Container[str] = ()
) -> list[Any]:
    """The figures of `compared_columns` of one row."""
    made: list[Any] = []
    for column, value, other in zip(columns, now, before, strict=True):
        made += [value, other]
        if column.key in brief:
            continue
        change = value - other if value is not None and other is not None else None
        made.append(change)
        if column.total:
            made.append(ratio_of(change, other))
    return made

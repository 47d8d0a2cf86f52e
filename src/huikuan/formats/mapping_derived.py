"""Fields of a column mapping that no single column holds: a constant, columns put together, a part of a text, a sum.

A derived field is a *formula*, as a person writes it: `{column}` stands for a column's cell.

- a text: `JD`, `{shop}-{no}`; with `part`, a regular expression, what its first group (or all of it) finds in it;
- an amount or number: `{price} + {postage} - {discount}`, `{fee} - 2.50`; a blank cell counts as nothing, and where all
  are blank the field is blank.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from huikuan.formats.spec import Amount, Column, Expression, Text
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.records.sql import sql_text

if TYPE_CHECKING:
    from huikuan.formats.mapping import Mapping

TYPES = ("text", "identifier", "amount", "quantity")  # of fields that may be derived
NUMBERS = ("amount", "quantity")
_COLUMN = re.compile(r"\{([^{}]+)\}")
_TERM = re.compile(r"\s*([-+]?)\s*(?:\{([^{}]+)\}|(\d+(?:\.\d{1,5})?))\s*")

register(
    {
        "mapping.formula": gettext_noop(
            "The mapping “%(name)s” has the formula “%(found)s” for “%(field)s”, which cannot be read. "
            "Give columns in braces and numbers, joined by + and -, for example {price} + {postage} - 2.50."
        ),
        "mapping.pattern": gettext_noop(
            "The mapping “%(name)s” has the pattern “%(found)s” for “%(field)s”, which is no regular expression. "
            "Give one such as order ([0-9]+)."
        ),
        "mapping.not_derived": gettext_noop(
            "The mapping “%(name)s” has a formula for “%(field)s”, which cannot be put together; choose its column."
        ),
    }
)


@dataclass(frozen=True)
class Derived:
    """A formula for one field. `part`: a regular expression that takes a part of the text."""

    formula: str
    part: str = ""


def columns_of(derived: Derived) -> list[str]:
    """The headers that the formula names."""
    return _COLUMN.findall(derived.formula)


def check_derived(mapping: Mapping, name: str, kind: str) -> None:
    """Raise UserError if the field cannot be derived, or not so. `kind`: the field's type."""
    derived = mapping.derived[name]
    if kind not in TYPES:
        raise UserError("mapping.not_derived", name=mapping.name, field=name)
    if kind in NUMBERS:
        try:
            _terms(derived.formula)
        except ValueError:
            raise UserError("mapping.formula", name=mapping.name, field=name, found=derived.formula) from None
    elif derived.part:
        try:
            duckdb.execute("SELECT regexp_extract('', ?)", [derived.part])
        except duckdb.Error:
            raise UserError("mapping.pattern", name=mapping.name, field=name, found=derived.part) from None


def declared(mapping: Mapping, name: str, kind: str) -> tuple[list[Column], list[Expression]]:
    """The columns a derived field reads, under names of their own, and its value."""
    derived = mapping.derived[name]
    own = {header: f"{name}_of_{place}" for place, header in enumerate(dict.fromkeys(columns_of(derived)))}
    if kind in NUMBERS:
        columns: list[Column] = [
            Amount(
                own[each],
                (each,),
                False,
                mapping.unit == "fen" and kind == "amount",
                decimal_comma=mapping.decimal_comma,
            )
            for each in own
        ]
        return columns, [Expression(name, _sum_sql(derived, own), "money")]
    return [Text(own[each], (each,)) for each in own], [Expression(name, _text_sql(derived, own), "text")]


def _terms(formula: str) -> list[tuple[str, str, str]]:
    """Sign, header and number of each term. Raises ValueError."""
    terms, place = [], 0
    while place < len(formula) or not place:
        found = _TERM.match(formula, place)
        if not found or (place and not found.group(1)):
            raise ValueError(formula)
        terms.append((found.group(1) or "+", found.group(2) or "", found.group(3) or ""))
        place = found.end()
    return terms


def _sum_sql(derived: Derived, own: dict[str, str]) -> str:
    terms = _terms(derived.formula)
    total = "".join(
        f" {sign} coalesce({own[header]}, 0)" if header else f" {sign} {number}::DECIMAL(18,5)"
        for sign, header, number in terms
    )
    cells = list(own.values())
    return f"CASE WHEN {' IS NULL AND '.join(cells)} IS NULL THEN NULL ELSE 0{total} END" if cells else f"0{total}"


def _text_sql(derived: Derived, own: dict[str, str]) -> str:
    parts = _COLUMN.split(derived.formula)  # text, header, text, header, ...
    pieces = [f"coalesce({own[each]}, '')" if at % 2 else sql_text(each) for at, each in enumerate(parts) if each]
    text = f"concat({', '.join(pieces)})" if pieces else "''"
    if own:
        blank = " AND ".join(f"{each} IS NULL" for each in own.values())
        text = f"CASE WHEN {blank} THEN NULL ELSE {text} END"
    if derived.part:
        group = 1 if re.search(r"(?<!\\)\((?!\?)", derived.part) else 0
        text = f"regexp_extract({text}, {sql_text(derived.part)}, {group})"
    return f"nullif(trim({text}), '')"

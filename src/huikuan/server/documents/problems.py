"""Problems of a document as pages show them: where, and what is wrong and to be done, in the active language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from huikuan.records.document import CLOSING_BALANCE, is_count
from huikuan.records.messages import place_of, text_of
from huikuan.server.core import numbers
from huikuan.server.documents.queries import format_titles

# These codes are asked about in words of the page's own.
ASKED = ("shop.unknown", "account.unknown", "import.shop_unknown", "import.account_unknown")
_AFTER_PLACE = re.compile(r"[\"”」』)）]?\s*[:：]\s*")


@dataclass(frozen=True)
class ProblemLine:
    """One problem: the physical row (None: the file as a whole), its column, the sentence without its place."""

    row: int | None
    sheet: str
    column: str
    text: str


def sentence(problem: dict[str, Any]) -> str:
    """A kept problem in the active language; the kept text where its code needs more than was kept."""
    params = {name: problem.get(name) for name in ("sheet", "row", "column")} | problem.get("params", {})
    params.setdefault("place", _place(problem))
    if problem["code"] == "balance_break":
        params |= {key: control_value("", params.get(key)) for key in ("stated", "computed")}
    if problem["code"] == "file.not_recognised_near":
        titles = format_titles()
        near = params.get("nearest") or [{**params, "code": "nearest.format"}]  # one, kept by an older version
        params["nearest"] = [each | {"format": titles.get(each["format"], each["format"])} for each in near]
    if problem["code"] == "file.not_recognised":
        return _("Not recognised. Map its columns, or download it again in one of the formats that can be read.")
    if problem["code"] == "control.mismatch":
        name = str(params.get("name", ""))
        told = {key: control_value(name, params[key]) for key in ("stated", "computed") if key in params}
        params |= told | {"name": control_name(name)}
    if problem["code"] == "unproved":
        params["what"] = str(params.get("what", "")).removeprefix("mapping.")
    text = text_of(problem["code"], params)
    return problem.get("text", text) if "(missing " in text or text.startswith(problem["code"]) else text


def _place(problem: dict[str, Any]) -> str:
    """Where it is, as sentences begin. Whether rows are entries of a message, only the kept text tells."""
    row, kept = problem.get("row"), str(problem.get("text", ""))
    entry = kept.startswith(("Entry ", f"第 {row} 笔", f"第 {row} 筆"))
    return place_of(problem.get("sheet") or "", row, entry)


def lines_of(problems: Iterable[dict[str, Any]]) -> list[ProblemLine]:
    """Problems for a table with columns for row and column."""
    return [
        ProblemLine(
            problem.get("row"), problem.get("sheet") or "", problem.get("column") or "",
            without_place(sentence(problem), problem.get("row"), problem.get("column") or ""),
        )
        for problem in problems
    ]  # fmt: skip


def without_place(text: str, row: int | None, column: str) -> str:
    """A sentence without the row and column it begins with, where these stand in columns of their own.

    >>> without_place("Line 3, column “金额”: “abc” is not an amount.", 3, "金额")
    '“abc” is not an amount.'
    >>> without_place("The file is empty.", None, ""), without_place("Rows 3 and 4 are equal.", 3, "")
    ('The file is empty.', 'Rows 3 and 4 are equal.')
    """
    if row is None:
        return text
    number = re.search(rf"(?<!\d){row}(?!\d)", text[:40])
    start = number.end() if number else -1
    if start >= 0 and column:
        place = text.find(column, start)
        start = place + len(column) if 0 <= place <= start + 20 else -1
    if start < 0:
        return text
    unit = re.match(r"\s*行?", text[start:])
    start += unit.end() if unit and not column else 0
    found = _AFTER_PLACE.match(text[start:])
    rest = text[start + found.end() :] if found else ""
    return rest[:1].upper() + rest[1:] if rest else text


def control_name(name: str) -> str:
    """A control total's name; what the platform calls it stays as the file has it."""
    own = {"in": _("Money in"), "out": _("Money out"), "total-amount": _("Total of the settlement")}
    if name.startswith(CLOSING_BALANCE):
        return f"{_('Closing balance')}{name[len(CLOSING_BALANCE) :]}"
    return own.get(name, name)


def control_value(name: str, value: Any) -> str:
    """A control's value as people read it: a count, or an amount; as it stands where it is no number.

    >>> control_value("资金流水总笔数", "3.00"), control_value("收入金额", "1234.5"), control_value("x", "a")
    ('3', '1,234.50', 'a')
    """
    try:
        number = Decimal(str(value).replace(",", ""))
    except InvalidOperation:
        return str(value)
    return numbers.quantity(number) if is_count(name) else numbers.money_exact(number)


def total_name(name: str) -> str:
    """The name of a document's total (`bank_line.in`, `order_line.paid`), in words."""
    own = {"paid": _("Paid by buyers"), "in": _("Money in"), "out": _("Money out")}
    return own.get(name.rpartition(".")[2], name)


def first_mismatch(controls: Iterable[dict[str, Any]]) -> tuple[str, Decimal] | None:
    """The first control total that disagrees: its name, and stated less computed. None if all agree."""
    for control in controls:
        if not control["ok"]:
            try:
                return control_name(control["name"]), Decimal(control["stated"]) - Decimal(control["computed"])
            except InvalidOperation:  # kept by an older version in another form
                return None
    return None

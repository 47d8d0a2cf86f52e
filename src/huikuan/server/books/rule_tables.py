"""A courier's zones and rate card, given as CSV, as entries of the rules file (`[[zone]]`, `[[tariff]]`).

The rate card of one row (`fwd_a_fixed, fwd_a_additional, ..., rto_a_fixed, rto_a_additional, ...`) states prices by
zone and not the weights they are for: these couriers charge by half kilograms. A tariff has one price for the way
back, of its first weight; a card whose further steps back cost otherwise than those there cannot be held, and
is refused.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

from huikuan.formats.headers import column_index, normalise_header
from huikuan.formats.rule_files import DESTINATION, ORIGIN, RATES_NEED, ZONE, ZONES_NEED, has_columns
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.records.money import parse_amount
from huikuan.server.books.models import Account, Book

SLAB = "0.5"  # kg
_PRICE = re.compile(r"(fwd|rto)_(\w+)_(fixed|additional)")

register(
    {
        "rules.table_account": gettext_noop(
            "A courier's zones or rate card need the courier's account: name it with --account."
        ),
        "rules.not_courier": gettext_noop("%(account)s is no courier account; its kind is %(kind)s."),
        "rules.zone_conflict": gettext_noop(
            "Line %(row)s: from %(origin)s to %(destination)s is zone %(zone)s here, but zone %(before)s on line "
            "%(first)s. Correct the one that is wrong."
        ),
        "rules.table_cell": gettext_noop(
            "Line %(row)s: the column “%(column)s” holds %(value)s; expected %(expected)s."
        ),
        "rules.return_steps": gettext_noop(
            "Zone %(zone)s: a further step costs %(there)s there and %(back)s on the way back. A tariff holds one "
            "price of a step for both; enter this zone by hand."
        ),
    }
)


def sections_of(book: Book, text: str, account: str) -> dict[str, Any] | None:
    """The sections that a table of rules stands for; None if the text is no such table. UserError `rules.*`."""
    rows = list(csv.reader(io.StringIO(text)))
    header = [normalise_header(cell) for cell in rows[0]] if rows else []
    is_zones, is_rates = has_columns(header, ZONES_NEED), has_columns(header, RATES_NEED)
    if not (is_zones or is_rates):
        return None
    if not account:
        raise UserError("rules.table_account")
    filled = [(number, row) for number, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row)]
    found = {"zone": _zones(header, filled, account)} if is_zones else {"tariff": _tariffs(header, filled, account)}
    return _account(book, account) | found


def _account(book: Book, name: str) -> dict[str, Any]:
    """The section that makes the account, unless there is one."""
    known = Account.objects.filter(book=book, name=name).first()
    if known is None:
        return {"account": [{"name": name, "kind": "courier"}]}
    if known.kind != "courier":
        raise UserError("rules.not_courier", account=name, kind=known.kind)
    return {}


def _zones(header: list[str], rows: list[tuple[int, list[str]]], account: str) -> list[dict[str, Any]]:
    """One entry per pair of places; a pair that is repeated with the same zone is one."""
    found: dict[tuple[str, str], tuple[int, str]] = {}
    for number, row in rows:
        origin, destination, zone = (_cell(header, row, number, names) for names in (ORIGIN, DESTINATION, ZONE))
        first, before = found.setdefault((origin, destination), (number, zone))
        if before != zone:
            raise UserError(
                "rules.zone_conflict", row=number, origin=origin, destination=destination, zone=zone, before=before,
                first=first,
            )  # fmt: skip
    return [
        {"account": account, "origin": origin, "destination": destination, "zone": zone}
        for (origin, destination), (_, zone) in found.items()
    ]


def _cell(header: list[str], row: list[str], number: int, names: tuple[str, ...]) -> str:
    at = column_index(header, names)
    value = row[at].strip() if at is not None and at < len(row) else ""
    if not value:
        raise UserError("rules.table_cell", row=number, column=names[0], value="—", expected=names[0])
    return value


def _tariffs(header: list[str], rows: list[tuple[int, list[str]]], account: str) -> list[dict[str, Any]]:
    """One entry per zone of the card's one row."""
    number, row = rows[0] if len(rows) == 1 else (3, [])
    prices: dict[str, dict[str, str]] = {}
    for name, value in zip(header, row, strict=False):
        named = _PRICE.fullmatch(name)
        if named:
            prices.setdefault(named[2], {})[f"{named[1]}_{named[3]}"] = _price(number, name, value)
    if not prices:
        raise UserError("rules.table_cell", row=number, column=header[0], value=len(rows), expected="1")
    return [_tariff(zone, price, account) for zone, price in prices.items()]


def _price(row: int, column: str, value: str) -> str:
    try:
        amount = parse_amount(value)
    except ValueError:
        amount = None
    if amount is None:
        raise UserError("rules.table_cell", row=row, column=column, value=value or "—", expected="12.50")
    return str(amount)


def _tariff(zone: str, price: Mapping[str, str], account: str) -> dict[str, Any]:
    there, back = price.get("fwd_additional", "0"), price.get("rto_additional")
    if back is not None and parse_amount(back) != parse_amount(there):
        raise UserError("rules.return_steps", zone=zone, there=there, back=back)
    return {
        "account": account,
        "zone": zone,
        "first_weight": SLAB,
        "first_price": price.get("fwd_fixed", "0"),
        "step": SLAB,
        "step_price": there,
        "return_price": price.get("rto_fixed", "0"),
    }

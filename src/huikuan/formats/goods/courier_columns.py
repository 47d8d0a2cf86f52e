"""What couriers' bills have in common: a row per parcel with a column for each charge, and weights in other units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from huikuan.formats.spec import Amount, Emit

KG_PER_POUND = "0.45359237"


@dataclass(frozen=True)
class Charge:
    """A column of charges: the value's name is the charge, its first header the courier's wording."""

    name: str
    headers: tuple[str, ...]


def charge_columns(charges: Iterable[Charge]) -> tuple[Amount, ...]:
    """The columns of a format."""
    return tuple(Amount(each.name, each.headers) for each in charges)


def charge_sum(charges: Iterable[Charge]) -> str:
    """SQL of what a row's charges come to."""
    return "(" + " + ".join(f"coalesce({each.name}, 0)" for each in charges) + ")"


def charge_emits(charges: Sequence[Charge], fields: Mapping[str, str], moment: str, total: str) -> tuple[Emit, ...]:
    """A courier charge for each column that is not zero, and what the row's own total (SQL, null: not told) holds
    beyond them: the charges of a row always add up to its total. A row without any charge gives its freight of 0."""
    emits = [
        Emit(
            "courier_charge",
            {
                **fields,
                "charge": f"'{each.name}'",
                "item": f"'{each.headers[0]}'",
                "amount": each.name,
            },
            moment,
            f"coalesce({each.name}, 0) <> 0",
        )
        for each in charges
    ]
    rest = f"coalesce({total}, {charge_sum(charges)}) - {charge_sum(charges)}"
    emits.append(
        Emit("courier_charge", {**fields, "charge": "'rest'", "item": "'rest'", "amount": rest}, moment, f"{rest} <> 0")
    )
    nothing = " AND ".join(f"coalesce({each.name}, 0) = 0" for each in charges)
    emits.append(
        Emit(
            "courier_charge",
            {**fields, "charge": "'freight'", "item": "'freight'", "amount": "0"},
            moment,
            f"{nothing} AND coalesce({total}, 0) = 0",
        )
    )
    return tuple(emits)


def kilograms_sql(weight: str, unit: str) -> str:
    """SQL: a weight in kilograms; null where its unit is not known."""
    return (
        f"CASE WHEN upper({unit}) IN ('K', 'KG', 'KGS') THEN {weight} "
        f"WHEN upper({unit}) IN ('L', 'LB', 'LBS') THEN CAST({weight} * {KG_PER_POUND} AS DECIMAL(18,5)) END"
    )

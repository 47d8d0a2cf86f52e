"""Settlement bills that write one row per order with a column for each component (price, subsidy, commission ...).

Each such column becomes a settlement line of its own, with the same flow number. What the row's total holds beyond its
named columns (a platform adds a fee and a column we do not know) becomes a line `rest` of type `unclassified`: the
lines of a row always add up to the row's own total.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from huikuan.formats.spec import Amount, Emit


@dataclass(frozen=True)
class Component:
    """An amount column and what it is.

    `name` is the value's name and the settlement line's `component`; the first header is its `item`. `type` is one of
    SETTLEMENT_TYPES. `sign` is -1 where the bill writes what the shop pays as a positive amount.
    """

    name: str
    headers: tuple[str, ...]
    type: str
    sign: int = 1

    @property
    def amount(self) -> str:
        """SQL of the amount as the settlement line has it; null where the column is blank."""
        return self.name if self.sign > 0 else f"(-{self.name})"


def component_columns(components: Iterable[Component]) -> tuple[Amount, ...]:
    """The columns of a format."""
    return tuple(Amount(each.name, each.headers) for each in components)


def component_sum(components: Iterable[Component]) -> str:
    """SQL of what a row's components come to."""
    return "(" + " + ".join(f"coalesce({each.amount}, 0)" for each in components) + ")"


def component_emits(
    components: Sequence[Component], *, moment: str, fields: Mapping[str, str], total: str = "", where: str = ""
) -> tuple[Emit, ...]:
    """A settlement line for each component that is not zero; with `total` (SQL of the row's own total), also the rest.

    `fields` holds what all of them share: flow_no, order_no, key_state, batch ... `where` limits the rows.
    """
    limit = f"({where}) AND " if where else ""
    emits = [
        Emit(
            "settlement_line",
            {
                **fields,
                "component": f"'{each.name}'",
                "type": f"'{each.type}'",
                "item": f"'{each.headers[0]}'",
                "amount": each.amount,
            },
            moment,
            f"{limit}coalesce({each.name}, 0) <> 0",
        )
        for each in components
    ]
    if total:
        rest = f"coalesce({total}, 0) - {component_sum(components)}"
        shared = {**fields, "component": "'rest'", "type": "'unclassified'", "item": "'rest'", "amount": rest}
        emits.append(Emit("settlement_line", shared, moment, f"{limit}{total} IS NOT NULL AND {rest} <> 0"))
    return tuple(emits)

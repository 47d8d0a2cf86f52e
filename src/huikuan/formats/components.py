"""Settlement bills that write one row per order with a column for each component (price, subsidy, commission ...).

Each such column becomes a settlement line of its own, with the same flow number. What the row's total holds beyond its
named columns (a platform adds a fee and a column we do not know) becomes a line `rest` of type `unclassified`: the
lines of a row always add up to the row's own total.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from huikuan.formats.spec import Amount, Emit, Expression


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


def written_columns(components: Iterable[Component]) -> tuple[Amount, ...]:
    """The columns of components whose sign the row itself proves: values `w_NAME`, as written; see `proved_values`."""
    return tuple(Amount(f"w_{each.name}", each.headers) for each in components)


def proved_values(components: Iterable[Component], sign: str) -> tuple[Expression, ...]:
    """The values NAME of `written_columns`: as written, times SQL `sign` (1 or -1, see `proved_sign`)."""
    return tuple(Expression(each.name, f"{sign} * w_{each.name}", "money") for each in components)


def written_sum(components: Iterable[Component]) -> str:
    """SQL of what `written_columns` come to, as written."""
    return "(" + " + ".join(f"coalesce(w_{each.name}, 0)" for each in components) + ")"


def proved_sign(total: str, gains: str, costs: str, otherwise: str = "1") -> str:
    """SQL: 1 where a bill writes its costs as negative amounts, -1 where as positive ones.

    Exports of one platform do it either way. A row whose total is gains + costs, or gains - costs, proves which;
    one that proves neither is taken as `otherwise` (SQL) says.
    """
    return f"CASE WHEN {total} = {gains} + {costs} THEN 1 WHEN {total} = {gains} - {costs} THEN -1 ELSE {otherwise} END"


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

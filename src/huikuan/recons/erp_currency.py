"""In which currency an order system's amounts are, where its exports do not say.

聚水潭 and 旺店通 have no column for it and are read as CNY; the orders of a shop that sells abroad they hold in the
shop's own currency, or converted. Their figures tell: where at least half of the orders that both sides know under one
number are worth the same in both, the amounts are in the currency of the shop's orders. Else they are what they were
read as, and the shop's orders differ by their currency (c-D4).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from huikuan.engine.lines import ZERO


def in_currency_of_orders(orders: Any, erp: Any) -> Any:
    """The order system's lines with the currency their amounts are in. Both sides have scope, order_no and currency."""
    ours, theirs = _currencies(orders), _currencies(erp)
    odd = sorted(
        scope for scope in ours if len(ours[scope]) == len(theirs[scope]) == 1 and ours[scope] != theirs[scope]
    )
    if not odd:
        return erp
    agreeing = _agreeing(orders.filter(orders.scope.isin(odd)), erp.filter(erp.scope.isin(odd)))
    told = [(scope, next(iter(ours[scope]))) for scope in odd if scope in agreeing]
    return erp.mutate(currency=erp.scope.cases(*told, else_=erp.currency)) if told else erp


def _currencies(lines: Any) -> defaultdict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in lines.select("scope", "currency").distinct().to_pyarrow().to_pylist():
        found[row["scope"]].add(row["currency"])
    return found


def _agreeing(orders: Any, erp: Any) -> set[str]:
    """Scopes in which at least half of the orders are worth the same on both sides, with or without the freight and the
    platform's share."""
    paid, freight, borne = (orders[name].fill_null(ZERO) for name in ("paid", "shipping_fee", "platform_borne"))
    worth = {"a": paid, "b": paid - freight, "c": paid + borne, "d": paid + borne - freight}
    left = orders.group_by("scope", "order_no").agg(**{name: amount.sum() for name, amount in worth.items()})
    right = erp.group_by("scope", "order_no").agg(held=erp.amount.sum())
    met = left.inner_join(right, ["scope", "order_no"])
    same = (met.held.isnull() | met.held.isin([met[name] for name in worth])).cast("int64")
    rows = met.group_by("scope").agg(known=met.count(), same=same.sum()).to_pyarrow().to_pylist()
    return {row["scope"] for row in rows if row["same"] * 2 >= row["known"]}

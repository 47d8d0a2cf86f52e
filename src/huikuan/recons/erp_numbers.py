"""Under which number order lines and the order system's lines meet: one for all platform orders that were joined.

An order system may name a platform's sub-order instead of its order, and one line may belong to several orders sent as
one (`erp_order.merged`, their numbers joined by commas). Orders so joined, directly or through others, get one key: the
least of their numbers. Whatever a line is named by, `Numbers.key` gives the key it is compared under.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis

from huikuan.engine.lines import union_all
from huikuan.engine.workspace import Workspace

SEPARATOR = ","
SUB_ORDER_LENGTH = 10  # a line number this long is a sub-order's own; shorter ones count the lines of an order


@dataclass(frozen=True)
class Numbers:
    """`known`: keys of numbers that are not their own key (key: in_scope, number; column met_as); None: all are."""

    known: Any = None

    def key(self, lines: Any) -> Any:
        """Lines (scope, order_no) with `key`; null where they name no order."""
        named = lines.mutate(key=ibis.ifelse(lines.order_no == "", ibis.null().cast("string"), lines.order_no))
        if self.known is None:
            return named
        joined = named.left_join(self.known, [named.scope == self.known.in_scope, named.key == self.known.number])
        return joined.mutate(key=joined.met_as.fill_null(joined.key)).select(*named.columns)


def find_numbers(work: Workspace, orders: Any, erp: Any) -> Numbers:
    """The numbers by which a book's order lines and order system lines meet. Both sides have scope and order_no, orders
    line_no too."""
    named = erp.filter(erp.order_no.notnull() & (erp.order_no != "")).select("scope", "order_no").distinct()
    strange = work.keep(named.anti_join(orders.select("scope", "order_no"), ["scope", "order_no"]))
    if work.empty(strange):
        return Numbers()
    pieces = work.keep(_with_orders(_pieces(strange), orders))
    labels = _joined(work, pieces)
    of_orders = labels.select(in_scope="scope", number="number", met_as="label")
    of_pieces = pieces.inner_join(labels, [pieces.scope == labels.scope, pieces.number == labels.number])
    of_lists = of_pieces.group_by(in_scope=of_pieces.scope, number=of_pieces.told).agg(met_as=of_pieces.label.min())
    both = union_all(of_lists, of_orders)
    known = both.filter(both.number != both.met_as).distinct()
    return Numbers(work.keep(known))


def _pieces(named: Any) -> Any:
    """Each number of what is told, in one row: scope, told (one number or several joined by commas), number."""
    split = named.select("scope", told="order_no", number=named.order_no.split(SEPARATOR)).unnest("number")
    stripped = split.mutate(number=split.number.strip())
    return stripped.filter(stripped.number != "")


def _with_orders(pieces: Any, orders: Any) -> Any:
    """Pieces with the order's number in place of a sub-order's that no order bears."""
    long = orders.filter(orders.line_no.length() >= SUB_ORDER_LENGTH)
    bearing = long.semi_join(pieces, [long.scope == pieces.scope, long.line_no == pieces.number])
    mains = bearing.group_by(m_scope=bearing.scope, sub=bearing.line_no).agg(main=bearing.order_no.min())
    own = orders.select(o_scope="scope", o_number="order_no").distinct()
    joined = pieces.left_join(mains, [pieces.scope == mains.m_scope, pieces.number == mains.sub])
    joined = joined.left_join(own, [joined.scope == own.o_scope, joined.number == own.o_number])
    number = ibis.ifelse(joined.o_number.notnull(), joined.number, joined.main.fill_null(joined.number))
    return joined.select("scope", "told", number=number)


def _joined(work: Workspace, pieces: Any) -> Any:
    """The least number that each number is joined with through the lines that name several (scope, number, label).

    The least is handed on along the lines, then each number takes the label of its label, so that the rounds grow with
    the logarithm of the longest chain of orders. What stands alone is its own from the first round on.
    """
    labels = work.keep(pieces.select("scope", "number", label="number").distinct())
    while True:
        nearer = work.keep(_handed_on(pieces, labels))
        names = {name: nearer[name] for name in ("scope", "number", "label")}
        ahead = nearer.select(a_scope=names["scope"], a_number=names["number"], further=names["label"])
        joined = nearer.inner_join(ahead, [nearer.scope == ahead.a_scope, nearer.label == ahead.a_number])
        told = work.keep(joined.select("scope", "number", label="further"))
        before = labels.select(b_scope="scope", b_number="number", before="label")
        moved = told.inner_join(before, [told.scope == before.b_scope, told.number == before.b_number])
        if work.empty(work.keep(moved.filter(moved.label != moved.before).select("number").limit(1))):
            return told
        labels = told


def _handed_on(pieces: Any, labels: Any) -> Any:
    met = pieces.inner_join(labels, ["scope", "number"])
    least = met.group_by(l_scope=met.scope, l_told=met.told).agg(least=met.label.min())
    spread = pieces.inner_join(least, [pieces.scope == least.l_scope, pieces.told == least.l_told])
    return spread.group_by("scope", "number").agg(label=spread.least.min())

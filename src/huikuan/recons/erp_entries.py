"""Entries of `order-erp`: what the order system should hold of each order as of a day, and what it holds.

Left: order lines of shops of which the order system tells anything, amount = what the buyer paid for the goods. A
refund takes nothing off (the order system keeps the order), but an order refunded whole before it was shipped owes it
nothing, and so does one that is unpaid or cancelled. Whether the shop's order system counts freight and the platform's
share as part of an order is told by its own figures (`_countings`).
Right: the order system's lines; unpaid and cancelled ones are members with 0, replacements (补发, 换货, gifts) are not
compared. A shop of another name there is known by its orders (`_aliases`), the currency by their amounts
(`erp_currency`). Where the layout tells no amounts, an order
is compared in pieces alone.

Pieces are compared where both sides count them alike: in shops most of whose agreeing orders agree in pieces too; and
by item where both sides know an item by the same code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import ibis

from huikuan.engine.lines import ZERO, union_all
from huikuan.engine.model import ENTRY, MONEY_TYPE, Facts, Sides
from huikuan.engine.workspace import Workspace, conform
from huikuan.recons.erp_currency import in_currency_of_orders
from huikuan.recons.erp_numbers import find_numbers
from huikuan.recons.local_time import local_date
from huikuan.recons.order_entries import NOTHING_EXPECTED, AsOf, before_start, counted_orders, no_later, told_texts
from huikuan.records.rules import Rules

GRAIN = ("scope", "key", "currency")
QTY = "decimal(18, 5)"
DAYS_TO_ENTER = 1  # after the day of payment, until the order system has an order
GAP_DAYS = 3  # of a file's records: so many days without any are no gap in what it covers
NO_ORDER = ("unpaid", "cancelled")  # in the order system: nothing is to be sent
SENT = ("shipped", "received")
REPLACEMENT = "补发|换货|补寄|赠"
BY_HAND = "线下|手工|手动|门店"
# What an order may count beside its goods: (freight, the platform's share). The first is the rule where nothing tells.
COUNTINGS = ((False, False), (True, False), (False, True), (True, True))

Spans = Mapping[str, list[tuple[date, date]]]


@dataclass(frozen=True)
class Compared:
    """Both sides before they are entries, held, with what the order system covers.

    `orders`: order lines with scope, key, worth (what the order system should hold), void (what it should not),
    pieces. `erp`: its lines with scope, key, live, worth, pieces. `unlike`: keys whose pieces differ (GRAIN, ordered,
    held). `swapped`: keys with one item too few and another too many (GRAIN, wanted, instead); None: not compared.
    """

    work: Workspace
    orders: Any
    erp: Any
    unlike: Any
    swapped: Any
    spans: Mapping[str, Spans] = field(default_factory=dict)  # by side


def compare(facts: Facts, rules: Rules, as_of: date) -> Compared:
    """What both sides tell, brought under the same shops and numbers."""
    work = Workspace(facts.backend)
    told = facts.table("erp_order")
    told = told.filter(no_later(told.business_date, as_of))
    lines = counted_orders(facts, as_of)
    aliases = _aliases(lines, told)
    erp = told.mutate(scope=told.shop.cases(*sorted(aliases.items()), else_=told.shop) if aliases else told.shop)
    shops = sorted(set(aliases.values()) | set(_distinct(erp, "scope")))
    orders = lines.filter(lines.shop.isin(shops)).mutate(scope=ibis._.shop)
    erp = in_currency_of_orders(orders, erp)
    numbers = find_numbers(work, orders, erp)
    held = work.keep(_held(numbers.key(erp)))
    orders = work.keep(_with_state(numbers.key(_owed(orders, AsOf(as_of, facts.timezone))), held))
    orders = _worth(orders, _countings(orders, held))
    return Compared(
        work,
        orders,
        held,
        unlike=work.keep(_unlike(orders, held)),
        swapped=_swapped(work, orders, held),
        spans={"left": _spans(orders), "right": _spans(held)},
    )


def entries(compared: Compared, rules: Rules, timezone: str) -> Sides:
    """The sides. The `type` of an order line says whether it was sent, that of the order system's line whether it
    counts; its own words are in `reference`."""
    orders, erp = compared.orders, compared.erp
    paid_day = local_date(orders.paid_at, timezone).fill_null(orders.business_date)
    left = orders.mutate(
        target=ibis.literal("*"),
        date=orders.business_date,
        reference=told_texts(orders.sku, orders.title),
        type=ibis.ifelse(orders.sent, "sent", "unsent"),
        amount=orders.worth,
        due_date=(paid_day.cast("timestamp(6)") + ibis.interval(days=DAYS_TO_ENTER)).cast("date"),
        hint=_hint(orders, rules, compared.spans["right"]),
    )
    no_number = ibis.ifelse(erp.words.re_search(f"{BY_HAND}|{REPLACEMENT}"), "not_operating", "key_missing")
    named = _hint(erp, rules, compared.spans["left"])
    right = erp.mutate(
        target=ibis.literal("*"),
        date=erp.business_date,
        reference=told_texts(erp.words, erp.title),
        flow=erp.erp_order_no,
        amount=ibis.ifelse(erp.live, erp.told, ZERO),
        compared=erp.worth,
        hint=ibis.cases((erp.key.isnull(), no_number), (~erp.live, "not_operating"), else_=named),
    )
    return Sides(conform(left, ENTRY), conform(right, ENTRY), {"rules": rules, "compared": compared})


def _distinct(table: Any, column: str) -> list[str]:
    found = table.select(column).distinct().to_pyarrow()[column].to_pylist()
    return [each for each in found if each]


def _aliases(orders: Any, erp: Any) -> dict[str, str]:
    """What the order system calls a shop otherwise: its name → the shop that has most of its orders."""
    shops = set(_distinct(orders, "shop"))
    strange = sorted(set(_distinct(erp, "shop")) - shops)
    if not strange:
        return {}
    of_strange = erp.filter(erp.shop.isin(strange)).select(theirs="shop", order_no="order_no").distinct()
    met = of_strange.inner_join(orders.select("shop", "order_no").distinct(), "order_no")
    votes = met.group_by("theirs", "shop").agg(votes=met.count()).to_pyarrow().to_pylist()
    ranked = sorted(votes, key=lambda row: (row["votes"], row["shop"]))
    return {row["theirs"]: row["shop"] for row in ranked}


def _held(erp: Any) -> Any:
    """The order system's lines with what of them counts."""
    words = erp.order_type.fill_null("")
    live = ~erp.status.fill_null("").isin(NO_ORDER)
    counts = live & ~words.re_search(REPLACEMENT)
    told, untold = erp.amount.fill_null(ZERO), erp.amount.isnull()
    kinds = ibis.cases((~live, "cancelled"), (~counts, "replacement"), (erp.status.isin(SENT), "sent"), else_="open")
    return erp.mutate(
        words=words,
        type=kinds,
        live=live,
        told=told,
        untold=counts & untold,
        worth=ibis.ifelse(counts, told, ZERO),
        pieces=ibis.ifelse(counts & (untold | (told != ZERO)), erp.qty.fill_null(ZERO), ZERO).cast(QTY),
    ).select(
        "record_key", "document_id", "source_row", *GRAIN, "order_no", "erp_order_no", "business_date", "occurred_at",
        "words", "type", "sku", "title", "live", "told", "untold", "worth", "pieces",
    )  # fmt: skip


def _owed(orders: Any, day: AsOf) -> Any:
    """Order lines with `owes` (paid as of the day), `gone` (wholly refunded by then) and `sent` (before that)."""
    sent_at = orders.shipped_at.fill_null(orders.received_at)
    sent = day.happened(sent_at) | (orders.status.isin(SENT) & orders.shipped_at.isnull())
    early = (orders.refund_moment < sent_at).fill_null(False)
    paid = orders.paid.fill_null(ZERO)
    unpaid = ~day.happened(orders.paid_at) & orders.paid_at.notnull()
    closed_later = orders.closed_at.notnull() & ~day.happened(orders.closed_at)
    nothing = orders.status.isin(NOTHING_EXPECTED) & ~((orders.status == "cancelled") & closed_later)
    return orders.mutate(
        owes=~(unpaid | nothing).fill_null(False),
        gone=(paid > ZERO) & (orders.refunded_then >= paid),
        sent=(sent & ~early).fill_null(False),
        tells=sent_at.notnull(),
        bought=paid,
        freight=orders.shipping_fee.fill_null(ZERO),
        borne=orders.platform_borne.fill_null(ZERO),
        discount=orders.merchant_discount.fill_null(ZERO),
        refunded=orders.refunded_then,
        pieces=ibis.ifelse(paid != ZERO, orders.qty.fill_null(ZERO), ZERO).cast(QTY),
    )


def _with_state(orders: Any, erp: Any) -> Any:
    """Order lines with `counted`: whether the order system is to hold them. One refunded whole is not, if it was not
    shipped before; where nobody tells, or where the order system has cancelled it too, as the order system says.
    `held`: it holds the order now; `silent`: without an amount."""
    of_key = erp.group_by(e_scope=erp.scope, e_key=erp.key, e_currency=erp.currency).agg(
        live=erp.live.any(), untold=erp.untold.any()
    )
    joined = orders.left_join(
        of_key,
        [orders.scope == of_key.e_scope, orders.key == of_key.e_key, orders.currency == of_key.e_currency],
    )
    telling = joined.tells.any().over(ibis.window(group_by="scope"))
    holds, known = joined.live.fill_null(False), joined.live.notnull()
    stays = ibis.cases((joined.sent, holds | ~known), (telling, False), else_=holds)
    counted = joined.owes & ibis.ifelse(joined.gone, stays, True)
    return joined.mutate(counted=counted, held=holds, silent=joined.untold.fill_null(False)).select(
        "record_key", "document_id", "source_row", *GRAIN, "order_no", "business_date", "occurred_at", "paid_at",
        "sku", "title", "sent", "gone", "owes", "counted", "held", "silent", "bought", "freight", "borne", "discount",
        "refunded", "pieces",
    )  # fmt: skip


def _amount(orders: Any, counting: tuple[bool, bool]) -> Any:
    freight, share = counting
    goods = orders.bought if freight else orders.bought - orders.freight
    return ((goods + orders.borne) if share else goods).cast(MONEY_TYPE)


def _countings(orders: Any, erp: Any) -> dict[str, tuple[bool, bool]]:
    """What the order system counts as an order, by shop: that which makes most of its orders agree."""
    odd = orders.filter(orders.counted & orders.held & ((orders.freight != ZERO) | (orders.borne != ZERO)))
    keys = odd.select(GRAIN).distinct()
    sums = orders.filter(orders.counted).semi_join(keys, GRAIN).group_by(GRAIN).agg(
        **{f"l{n}": _amount(orders, counting).sum() for n, counting in enumerate(COUNTINGS)}
    )  # fmt: skip
    came = erp.semi_join(keys, GRAIN).group_by(GRAIN).agg(r=erp.worth.sum())
    met = sums.inner_join(came, GRAIN)
    votes = met.group_by("scope").agg(**{f"v{n}": (met[f"l{n}"] == met.r).sum() for n in range(len(COUNTINGS))})
    found = {}
    for row in votes.to_pyarrow().to_pylist():
        best = max(range(len(COUNTINGS)), key=lambda n: (row[f"v{n}"], -n))
        found[row["scope"]] = COUNTINGS[best]
    return found


def _worth(orders: Any, countings: Mapping[str, tuple[bool, bool]]) -> Any:
    """Order lines with `worth`, what the order system should hold (`compared`: where it tells amounts), and `void`,
    what it should not."""
    plain = _amount(orders, COUNTINGS[0])
    told = [(orders.scope == scope, _amount(orders, counting)) for scope, counting in sorted(countings.items())]
    amount = ibis.cases(*told, else_=plain) if told else plain
    return orders.mutate(
        worth=ibis.ifelse(orders.counted, amount, ZERO),
        compared=ibis.ifelse(orders.counted & ~orders.silent, amount, ZERO),
        void=ibis.ifelse(orders.counted, ZERO, amount),
        pieces=ibis.ifelse(orders.counted, orders.pieces, ibis.literal(0).cast(QTY)),
    )


def _sums(orders: Any, erp: Any) -> Any:
    """Per key that has lines on both sides what they count: l and r in money, ordered and held in pieces."""
    left = orders.group_by(GRAIN).agg(
        l=orders.compared.sum(), counts=orders.counted.any(), ordered=orders.pieces.sum().cast(QTY)
    )
    right = erp.group_by(GRAIN).agg(r=erp.worth.sum(), held=erp.pieces.sum().cast(QTY))
    return left.inner_join(right, GRAIN)


def _unlike(orders: Any, erp: Any) -> Any:
    """Keys whose pieces differ, in shops that count pieces alike."""
    sums = _sums(orders, erp)
    agreeing = sums.filter((sums.l == sums.r) & sums.counts)
    alike = agreeing.group_by(of_scope=agreeing.scope).agg(
        keys=agreeing.count(), same=(agreeing.ordered == agreeing.held).sum()
    )
    shops = alike.filter(alike.same * 2 > alike.keys)
    differing = sums.filter((sums.ordered != sums.held) & (sums.ordered > 0) & (sums.held > 0))
    return differing.semi_join(shops, differing.scope == shops.of_scope)


def _swapped(work: Workspace, orders: Any, erp: Any) -> Any:
    """Keys with too few of one item and too many of another, both known to either side by the same code."""
    parts = [
        table.filter((table.pieces != ZERO) & table.key.notnull() & (table.sku.fill_null("") != "")).select(
            *GRAIN, "sku", pieces=(table.pieces if sign > 0 else ZERO - table.pieces).cast(QTY)
        )
        for table, sign in ((orders, 1), (erp, -1))
    ]
    codes = [part.select("scope", "sku").distinct() for part in parts]
    shared = work.keep(codes[0].inner_join(codes[1], ["scope", "sku"]))
    if work.empty(shared):
        return None
    both = union_all(*parts).semi_join(shared, ["scope", "sku"])
    rest = both.group_by(*GRAIN, "sku").agg(rest=both.pieces.sum())
    rest = rest.filter(rest.rest != 0)
    less, more = rest.filter(rest.rest > 0), rest.filter(rest.rest < 0)
    wanted = less.group_by(GRAIN).agg(wanted=less.sku.min())
    instead = more.group_by(GRAIN).agg(instead=more.sku.min())
    return work.keep(wanted.inner_join(instead, GRAIN))


def _spans(lines: Any) -> Spans:
    """The days that a side's documents cover, by shop: from each one's first record to its last, small gaps bridged."""
    told = lines.filter(lines.business_date.notnull())
    found: dict[str, list[tuple[date, date]]] = defaultdict(list)
    days = told.group_by("scope", "document_id").agg(first=told.business_date.min(), last=told.business_date.max())
    for row in sorted(days.to_pyarrow().to_pylist(), key=lambda row: (row["scope"], row["first"], row["last"])):
        spans = found[row["scope"]]
        if spans and row["first"] <= spans[-1][1] + timedelta(days=GAP_DAYS + 1):
            spans[-1] = (spans[-1][0], max(spans[-1][1], row["last"]))
        else:
            spans.append((row["first"], row["last"]))
    return dict(found)


def covered(lines: Any, spans: Spans, day: Any, edge_days: int = 0) -> Any:
    """Whether a day of lines' shop is covered, or lies no more days beside."""
    edge = timedelta(days=edge_days)
    within = [
        (lines.scope == scope) & (day >= ibis.literal(first - edge)) & (day <= ibis.literal(last + edge))
        for scope, of_scope in sorted(spans.items())
        for first, last in of_scope
    ]
    return ibis.or_(*within).fill_null(False) if within else ibis.literal(False)


def _hint(lines: Any, rules: Rules, spans: Spans) -> Any:
    """`other_period` for what lies before the book's start, or in days that the other side does not cover."""
    beside = ~covered(lines, spans, lines.business_date)
    return before_start(lines.business_date, rules, ibis.ifelse(beside, "other_period", ibis.null().cast("string")))

"""`order-erp`: do our own books hold each order once, in the same quantity and amount?

Left order lines, right the order system's lines (`erp_entries` says what enters and what it is worth, `erp_numbers`
under which key orders split and joined meet). A group holds all platform orders that were joined and all orders made of
them; its sums are compared. The parts of a difference that have a name: other_period, unexpected_settlement (nothing
is to be held), duplicate (held again under another number), quantity_short, quantity_over, wrong_item. Pieces or items
that differ though the money agrees are a finding beside the group. A book without any order of an order system has no
sides at all.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis

from huikuan.engine import evidence as because
from huikuan.engine.lines import ZERO, union_all
from huikuan.engine.model import MONEY_TYPE, NOTED, Definition, Facts, Passes, Sides
from huikuan.engine.workspace import Workspace, conform, no_sides
from huikuan.recons import erp_causes
from huikuan.recons.erp_entries import GRAIN, Compared, compare, entries
from huikuan.records.rules import BEGINNING, Rules

NAME = "order-erp"
PART = {"group_id": "string", "record_key": "string", "class": "string", "amount": MONEY_TYPE}


def prepare(facts: Facts, rules: Rules, as_of: date) -> Sides:
    """The sides as of a day; none where no order of an order system was imported."""
    if not facts.has("erp_order") or _is_empty(facts.table("erp_order")):
        return no_sides()
    return entries(compare(facts, rules, as_of), rules, facts.timezone)


def _is_empty(table: Any) -> bool:
    return int(table.limit(1).count().to_pyarrow().as_py()) == 0


def explain(work: Workspace, groups: Any, lines: Any, sides: Sides) -> Any:
    """The parts of differences that have a name, as left - right, each taken from what the ones before left."""
    compared: Compared = sides.extra["compared"]
    told = work.keep(_known(work, groups, lines, compared, sides.extra["rules"]))
    told = _take(told, "other_period", ibis.ifelse(told.early, told.rest, ZERO))
    nothing = ibis.ifelse(told.l == ZERO, ibis.least(told.rest, ZERO), _whole(told.rest, told.void))
    told = _take(told, "unexpected_settlement", nothing)
    told = _take(told, "duplicate", _whole(told.rest, told.copied))
    fewer = (told.rest > ZERO) & (told.ordered > told.held) & (told.r_count > 0)
    told = _take(told, "quantity_short", ibis.ifelse(fewer, told.rest, ZERO))
    more = (told.rest < ZERO) & (told.ordered < told.held)
    told = _take(told, "quantity_over", ibis.ifelse(more, told.rest, ZERO))
    told = _take(told, "wrong_item", ibis.ifelse(told.instead.notnull(), told.rest, ZERO))
    kept = work.keep(told)
    classes = ("other_period", "unexpected_settlement", "duplicate", "quantity_short", "quantity_over", "wrong_item")
    return union_all(*(_part(kept, name) for name in classes))


def _take(table: Any, class_: str, amount: Any) -> Any:
    """Take a part from the rest of a residual."""
    told = table.mutate(**{f"part_{class_}": amount.cast(MONEY_TYPE)})
    return told.mutate(rest=(told.rest - told[f"part_{class_}"]).cast(MONEY_TYPE))


def _whole(rest: Any, amount: Any) -> Any:
    """The amount, as too much held, where the rest has room for the whole of it."""
    return ibis.ifelse((amount > ZERO) & (ZERO - amount >= rest), ZERO - amount, ZERO)


def _part(told: Any, class_: str) -> Any:
    at = told.copy_key if class_ == "duplicate" else ibis.literal("")
    rows = told.mutate(amount=told[f"part_{class_}"], record_key=at, **{"class": ibis.literal(class_)})
    return conform(rows.filter(rows.amount != ZERO), PART)


def _known(work: Workspace, groups: Any, lines: Any, compared: Compared, rules: Rules) -> Any:
    """Per differing group what its parts are reckoned from."""
    members = lines.select("group_id", "record_key", *GRAIN)
    early = (lines.date < ibis.literal(rules.start or BEGINNING)).fill_null(False) & (lines.side == "left")
    keys = lines.group_by(of_group=lines.group_id).agg(
        **{name: lines[name].max() for name in GRAIN}, of_key=lines.key.max(), early=early.any()
    )  # fmt: skip
    void = compared.orders.semi_join(members, "record_key").group_by(
        v_scope="scope", v_key="key", v_currency="currency"
    )
    void = void.agg(void=ibis._.void.sum().cast(MONEY_TYPE))
    copies = work.keep(_copies(compared.erp.inner_join(members.select("group_id", "record_key"), "record_key")))
    found = groups.inner_join(keys, groups.group_id == keys.of_group)
    found = found.left_join(
        void, [found.scope == void.v_scope, found.key == void.v_key, found.currency == void.v_currency]
    )
    found = found.left_join(copies, found.group_id == copies.copy_group)
    found = erp_causes.with_key(found, compared.unlike, ("ordered", "held"))
    found = erp_causes.with_key(found, compared.swapped, ("instead",))
    return found.mutate(
        rest=found.residual,
        void=found.void.fill_null(ZERO),
        copied=found.copied.fill_null(ZERO),
        copy_key=found.copy_key.fill_null(""),
    )


def _copies(erp: Any) -> Any:
    """What a group holds again: orders of the order system with the amount, pieces and items of an earlier one. One row
    per group: copy_group, copied (their sum), copy_key (a line of the last)."""
    counted = erp.filter(erp.worth != ZERO)
    orders = counted.group_by("group_id", "erp_order_no").agg(
        worth=counted.worth.sum().cast(MONEY_TYPE),
        pieces=counted.pieces.sum(),
        items=counted.sku.fill_null("").collect().sort().join("\n"),
        day=counted.business_date.min(),
        first=counted.record_key.min(),
    )
    same = ibis.window(
        group_by=["group_id", "worth", "pieces", "items"], order_by=[ibis._.day, ibis._.erp_order_no]
    )  # fmt: skip
    later = orders.mutate(place=ibis.row_number().over(same)).filter(ibis._.place > 0)
    return later.group_by(copy_group=later.group_id).agg(
        copied=later.worth.sum().cast(MONEY_TYPE), copy_key=later["first"].max()
    )


def noted(sides: Sides) -> Any:
    """Groups whose money agrees, though their pieces or items do not: told at the order, with nothing of an amount."""
    compared: Compared | None = sides.extra.get("compared")
    if compared is None:
        return None
    unlike = compared.unlike.filter(compared.unlike.l == compared.unlike.r)
    fewer = unlike.ordered > unlike.held
    parts = [
        unlike.select(
            *GRAIN,
            evidence=because.text("erp_pieces", {"ordered": unlike.ordered, "held": unlike.held}),
            **{"class": ibis.ifelse(fewer, "quantity_short", "quantity_over")},
        ),
        _held_for_nothing(compared),
    ]
    if compared.swapped is not None:
        parts.append(_other_items(compared))
    return _placed(compared, union_all(*parts))


def _held_for_nothing(compared: Compared) -> Any:
    """Keys that the order system holds without telling an amount, though nothing is to be held."""
    orders = compared.orders.filter(compared.orders.held & compared.orders.silent)
    keys = orders.group_by(GRAIN).agg(counted=orders.counted.any(), gone=orders.gone.all())
    surplus = keys.filter(~keys.counted)
    evidence = ibis.ifelse(surplus.gone, erp_causes.HELD_REFUNDED, erp_causes.HELD_UNPAID)
    return surplus.select(*GRAIN, evidence=evidence, **{"class": ibis.literal("unexpected_settlement")})


def _other_items(compared: Compared) -> Any:
    """Keys with another item, the same money and as many pieces."""
    orders, erp = compared.orders, compared.erp
    left = orders.semi_join(compared.swapped, GRAIN).group_by(GRAIN).agg(l=ibis._.compared.sum())
    right = erp.semi_join(compared.swapped, GRAIN).group_by(GRAIN).agg(r=ibis._.worth.sum())
    swapped = compared.swapped.inner_join(left, GRAIN).inner_join(right, GRAIN)
    swapped = swapped.filter(swapped.l == swapped.r).anti_join(compared.unlike, GRAIN)
    items = {"wanted": swapped.wanted, "instead": swapped.instead}
    return swapped.select(
        *GRAIN, evidence=because.text("erp_item", items), **{"class": ibis.literal("wrong_item")}
    )  # fmt: skip


def _placed(compared: Compared, findings: Any) -> Any:
    """Findings (columns of NOTED) at the first order line of their key; the record named is one of the right, which a
    person or no pass at all may have kept out of the group."""
    keys = findings.select(GRAIN)
    orders = compared.orders.semi_join(keys, GRAIN)
    first = orders.group_by(p_scope="scope", p_key="key", p_currency="currency").agg(place=ibis._.record_key.min())
    shown = compared.orders.select(
        place="record_key", document_id="document_id", source_row="source_row", order_no="order_no",
        date="business_date",
    )  # fmt: skip
    right = compared.erp.semi_join(keys, GRAIN)
    members = right.group_by(r_scope="scope", r_key="key", r_currency="currency").agg(
        record_key=ibis._.record_key.min()
    )
    rows = findings.inner_join(
        first, [findings.scope == first.p_scope, findings.key == first.p_key, findings.currency == first.p_currency]
    )
    rows = rows.inner_join(
        members, [rows.scope == members.r_scope, rows.key == members.r_key, rows.currency == members.r_currency]
    )
    rows = rows.inner_join(shown, "place")
    return conform(rows.mutate(about=rows.place, amount=ZERO), NOTED)


ORDER_ERP = Definition(
    name=NAME,
    prepare=prepare,
    reads=("order_line", "erp_order"),
    needs="erp_order",
    passes=Passes(key="applies"),
    explain=explain,
    noted=noted,
    causes=erp_causes.causes,
    cause_facts=erp_causes.facts,
)

"""What is known of an order's goods on their way back, for the causes of refunds: from return lines, as of a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis

from huikuan.engine.lines import ZERO
from huikuan.engine.model import Facts
from huikuan.recons.local_time import end_of_day
from huikuan.recons.order_entries import no_later

RETURN_DAYS = 15  # after a claim, within which a parcel is to be on its way back


def returned_goods(facts: Facts, as_of: date) -> Any:
    """Return lines that stand: shop, order_no, `came_in` (goods were received), `money_only` (none are to come, or none
    were sent in RETURN_DAYS). None where nothing tells of returns."""
    if not facts.has("return_line"):
        return None
    told = facts.table("return_line")
    if int(told.limit(1).count().to_pyarrow().as_py()) == 0:
        return None
    lines = told.filter(no_later(told.business_date, as_of) & (told.status.fill_null("") != "closed"))
    end = end_of_day(as_of, facts.timezone)
    later = (lines.received_at >= ibis.literal(end)).fill_null(False)
    came_in = (lines.received_at.notnull() | (lines.qty_received.fill_null(ZERO) > ZERO)) & ~later
    long_ago = (lines.requested_at < ibis.literal(end - timedelta(days=RETURN_DAYS))).fill_null(False)
    unsent = long_ago & (lines.tracking_no.fill_null("") == "") & (lines.status != "in_transit").fill_null(True)
    money_only = ~came_in & ((~lines.goods_back).fill_null(False) | unsent)
    return lines.select("shop", "order_no", came_in=came_in, money_only=money_only)


def of_groups(returns: Any, groups: Any, shops: list[str]) -> Any:
    """What came of the goods of groups (scope, key): t_group, goods_in, goods_kept (every claim is about money only).
    A return of a shop that has no orders under its name (an order system may call it otherwise) is told by its order
    number alone."""
    known = returns.shop.isin(shops) if shops else ibis.literal(False)
    named = returns.mutate(of_shop=ibis.ifelse(known, returns.shop, ibis.null().cast("string")))
    met = groups.select("group_id", "scope", "key").inner_join(named, groups.key == named.order_no)
    own = met.filter(met.of_shop.isnull() | (met.of_shop == met.scope))
    return own.group_by(t_group=own.group_id).agg(goods_in=own.came_in.any(), goods_kept=own.money_only.all())

"""What settlement-wallet knows of an item's cause: a wallet books a day later, and what it calls its own movements.

A difference may be one movement of the wallet that no bill settles (a refund that came back, a fine, a second charge),
or what was settled so lately that the wallet has still to book it. General causes stand in `engine.causes`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import ibis

from huikuan.engine.lines import ZERO
from huikuan.engine.model import MONEY_TYPE, Cause, Sides
from huikuan.engine.workspace import Workspace
from huikuan.recons.order_causes import DEPOSIT
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import register

register(
    {
        "evidence.cause_booked_later": _("It was settled on %(date)s; a wallet books it a day or two later."),
        "evidence.cause_wallet_words": _("The wallet calls it “%(words)s”."),
    }
)

BOOKED_WITHIN_DAYS = 2
# What a wallet calls movements that no bill settles; the first that fits.
WORDS = {
    "c-P5": DEPOSIT,
    "c-R6": "退款失败|退款退回",
    "c-F4": "赔付|罚款|罚金|违约|违规|补偿|延迟发货|虚假发货|欺诈发货|缺货",
    "c-F5": "运费险|保险|推广|广告|营销|万相台|直通车|千川|钻展|超级推荐|服务消费",
    "c-W1": "利息|结息|收益",
    "c-F1": "服务费|佣金|手续费",
}


def facts(work: Workspace, items: Any, lines: Any, sides: Sides) -> Any:
    """Items with what explains a difference: `lone_words` of the one wallet line of its amount, how many `alike` there
    are, and the day (`fresh`) of what was settled too lately. Null for all others."""
    if lines is None or "as_of" not in sides.extra:
        nothing = {"lone_words": "string", "alike": "int64", "fresh": "date"}
        return items.mutate(**{name: ibis.null().cast(kind) for name, kind in nothing.items()})
    differing = items.filter((items.record_key == "") & (items.side == "left"))
    wanted = differing.select(of_group="group_id", apart="amount")
    members = work.keep(lines.inner_join(wanted, lines.group_id == wanted.of_group))
    lone = members.filter((members.side == "right") & (members.compared == (ZERO - members.apart)))
    told = lone.group_by(l_group=lone.group_id).agg(lone_words=lone.type.max(), alike=lone.count())
    first = ibis.literal(sides.extra["as_of"] - timedelta(days=BOOKED_WITHIN_DAYS))
    late = _late_parts(members.filter((members.side == "left") & (members.date >= first)))
    items = items.left_join(told, items.group_id == told.l_group)
    return items.left_join(late, items.group_id == late.f_group)


def _late_parts(lines: Any) -> Any:
    """Groups whose difference is what was settled in the last days, or one movement of it. Key: f_group; `fresh`."""
    flows = lines.group_by("group_id", "flow", "apart").agg(
        part=lines.compared.sum().cast(MONEY_TYPE), day=lines.date.max()
    )
    summed = flows.mutate(whole=flows.part.sum().over(group_by="group_id").cast(MONEY_TYPE))
    fits = summed.filter((summed.part == summed.apart) | (summed.whole == summed.apart))
    return fits.group_by(f_group=fits.group_id).agg(fresh=fits.day.max())


def causes(items: Any) -> list[Cause]:
    """The rules of settlement-wallet, over items with `facts`; the type of a wallet line is the platform's wording."""
    just_settled = (items["class"] == "not_due") & (items.side == "left") & (items.age_days <= BOOKED_WITHIN_DAYS)
    own = (items["class"] == "not_operating") & (items.side == "right")
    lone = items.lone_words.notnull()
    words = ibis.ifelse(lone, items.lone_words, items.type).fill_null("")
    charged_again = lone & (items.alike > 1)
    return [
        Cause(just_settled, "c-T2", "cause_booked_later", {"date": items.date}),
        Cause(items.fresh.notnull(), "c-T2", "cause_booked_later", {"date": items.fresh}),
        Cause(charged_again, "c-P3", "cause_duplicate", {"amount": items.amount}),
        *(
            Cause((own | lone) & words.re_search(pattern), code, "cause_wallet_words", {"words": words})
            for code, pattern in WORDS.items()
        ),
    ]

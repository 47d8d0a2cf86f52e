"""What settlement-wallet knows of an item's cause: a wallet books a day later, and what it calls its own movements.

General causes stand in `engine.causes`.
"""

from __future__ import annotations

from typing import Any

from huikuan.engine.model import Cause
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


def causes(items: Any) -> list[Cause]:
    """The rules of settlement-wallet; the type of a wallet line is the platform's own wording."""
    just_settled = (items["class"] == "not_due") & (items.side == "left") & (items.age_days <= BOOKED_WITHIN_DAYS)
    own = (items["class"] == "not_operating") & (items.side == "right")
    deposit = own & items.type.fill_null("").re_search(DEPOSIT)
    return [
        Cause(just_settled, "c-T2", "cause_booked_later", {"date": items.date}),
        Cause(deposit, "c-P5", "cause_wallet_words", {"words": items.type}),
    ]

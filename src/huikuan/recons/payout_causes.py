"""What payout-bank knows of an item's cause: the bank's words, and a payout that arrived less a fee.

General causes stand in `engine.causes`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import ibis

from huikuan.engine.lines import ZERO
from huikuan.engine.model import MONEY_TYPE, Cause, Sides
from huikuan.engine.workspace import Workspace
from huikuan.recons.payout_entries import any_of, small_letters, words_of_causes
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import register

register(
    {
        "evidence.cause_bank_words": _("The bank's text says “%(words)s”."),
        "evidence.cause_paid_out_less": _(
            "Of %(owed)s paid out, %(came)s reached the bank; %(amount)s was kept back, which may be a fee for it."
        ),
    }
)

# What a bank or platform may keep back of a payout for it to be a fee: this amount, or this share of the payout.
FEE_AT_MOST = Decimal("50")
FEE_SHARE = Decimal("0.01")


def facts(_work: Workspace, items: Any, lines: Any, _sides: Sides) -> Any:
    """Items with `owed` and `came`: the sums of a difference's payouts and bank lines; null for all others."""
    if lines is None:
        return items.mutate(owed=ibis.null().cast(MONEY_TYPE), came=ibis.null().cast(MONEY_TYPE))
    left = lines.side == "left"
    sums = lines.group_by(of_group=lines.group_id).agg(
        owed=ibis.ifelse(left, lines.compared, ZERO).sum().cast(MONEY_TYPE),
        came=ibis.ifelse(left, ZERO, lines.compared).sum().cast(MONEY_TYPE),
    )
    return items.left_join(sums, items.group_id == sums.of_group)


def causes(items: Any) -> list[Cause]:
    """The rules of payout-bank, over items with `owed` and `came`."""
    line, memo = (
        (items.side == "right") & (items["class"] == "not_operating"),
        small_letters(items.reference.fill_null("")),
    )
    less = (items["class"] == "short") & (items.came > ZERO)
    small = (items.amount <= ibis.literal(FEE_AT_MOST)) | (items.amount <= items.owed * ibis.literal(FEE_SHARE))
    return [
        *(
            Cause(
                line & memo.re_search(any_of(words)), cause, "cause_bank_words",
                {"words": memo.re_extract("|".join(words), 0)},
            )
            for cause, words in words_of_causes().items()
        ),
        Cause(
            less & small, "c-W1", "cause_paid_out_less",
            {"owed": items.owed, "came": items.came, "amount": items.amount},
        ),
    ]  # fmt: skip

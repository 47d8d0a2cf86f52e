"""What Douyin's (抖店) documents share: how the direction of a movement is written, and which components a bill has.

The same money is told by several of its bills. 资金账单 (`douyin.ledger` with components) is complete: everything that
moved stands in it, so its settlement lines count (rank 30). 结算账单, 运费险 and BIC tell parts of it again, by order:
their lines corroborate (rank 20) and count only for days of which no fund bill was imported. So that the rule works,
one thing has one type in all of them: 平台服务费 is `commission`, premiums are `freight_insurance`, BIC `service_fee`.
"""

from __future__ import annotations

from huikuan.formats.components import Component

LEDGER_RANK = 30
DETAIL_RANK = 20

DIRECTIONS = {
    "入账": "in", "收入": "in", "收": "in", "进账": "in",
    "出账": "out", "支出": "out", "支": "out",
}  # fmt: skip

FEES = (
    Component("platform_fee", ("平台服务费", "技术服务费"), "commission"),
    Component("influencer", ("佣金", "达人佣金"), "influencer_commission"),
    Component("partner", ("服务商佣金",), "affiliate_commission"),
    Component("channel", ("渠道分成",), "affiliate_commission"),
    Component("colonel", ("招商服务费",), "affiliate_commission"),
    Component("promotion", ("站外推广费", "直播间站外推广", "站外推广"), "marketing"),
    Component("other_share", ("其他分成",), "affiliate_commission"),
)

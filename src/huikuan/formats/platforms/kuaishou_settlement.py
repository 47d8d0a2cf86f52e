"""Kuaishou (快手小店) settlement bill: one row per order and settlement, with every component.

From documentation (third parties' code). 实际结算金额 = 合计收入 − 合计支出: the row proves whether costs are
written positive or negative. 商家补贴 is the shop's own discount; it counts only where 合计收入 shows that it is in it.
There is no row number: order, product and time of settlement are the key. What the components
do not explain is the line `rest`.

This bill counts for what orders bring (rank 30); the ledger tells the same net, and the insurance page the premiums of
single orders: both corroborate (rank 10 and 5).
"""

from __future__ import annotations

from huikuan.formats.components import (
    Component,
    component_columns,
    component_emits,
    component_sum,
    proved_sign,
    proved_values,
    written_columns,
    written_sum,
)
from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.spec import About, Amount, Expression, Flag, Format, Identifier, Moment, Text
from huikuan.records.messages import gettext_noop

_GAINS = (
    Component("sale", ("订单实付（元）", "订单实付"), "sale"),
    Component("government", ("政府补贴", "政府补贴（元）"), "subsidy"),
    Component("pay_subsidy", ("支付营销补贴", "支付营销补贴（元）"), "subsidy"),
    Component("platform_subsidy", ("平台补贴", "平台补贴（元）"), "subsidy"),
    Component("influencer_subsidy", ("达人补贴", "主播补贴", "达人补贴（元）", "主播补贴（元）"), "subsidy"),
)
_OWN_SUBSIDY = Component("own_subsidy", ("商家补贴（元）", "商家补贴"), "subsidy")
_COSTS = (
    Component("refund", ("订单退款（元）", "订单退款"), "refund"),
    Component("pay_return", ("支付营销回退（元）", "支付营销回退"), "subsidy"),
    Component("platform_fee", ("技术服务费（元）", "技术服务费"), "commission"),
    Component("presale_fee", ("预售增收技术服务费（元）", "预售增收技术服务费"), "commission"),
    Component("influencer", ("达人佣金（元）", "达人佣金"), "influencer_commission"),
    Component("leader", ("团长佣金（元）", "团长佣金"), "affiliate_commission"),
    Component("promoter", ("快赚客佣金（元）", "快赚客佣金"), "affiliate_commission"),
    Component("partner", ("服务商佣金（元）", "服务商佣金"), "affiliate_commission"),
    Component("other_fee", ("其他收费", "其他收费（元）"), "service_fee"),
)
_COMPONENTS = (*_GAINS, _OWN_SUBSIDY, *_COSTS)
_KNOWN = f"({component_sum(_GAINS)} + coalesce(own_subsidy, 0))"
_COST = f"coalesce(cost_sum, {written_sum(_COSTS)})"

KUAISHOU_SETTLEMENT = Format(
    id="kuaishou.settlement",
    about=About(
        title=gettext_noop("Kuaishou shop settlement bill (快手小店结算明细)"),
        where=gettext_noop("s.kwaixiaodian.com → 资金 → 对账中心 → 结算明细 → 导出, as Excel or CSV"),
        verified="documentation",
        note=gettext_noop("Its settlement lines count; those of the ledger and the insurance page corroborate them."),
    ),
    needs=(
        ("订单号", "订单编号"),
        ("订单实付（元）", "订单实付"),
        ("合计收入（元）", "合计收入"),
        ("合计支出（元）", "合计支出"),
        ("实际结算金额（元）", "实际结算金额"),
        ("实际结算时间",),
    ),
    columns=(
        Identifier("order_no", ("订单号", "订单编号")),
        Identifier("item_id", ("商品ID",)),
        Moment("settled", ("实际结算时间",), filled=True),
        Amount("amount", ("实际结算金额（元）", "实际结算金额"), filled=True),
        Amount("income_sum", ("合计收入（元）", "合计收入")),
        Amount("cost_sum", ("合计支出（元）", "合计支出")),
        Amount("w_own", ("商家补贴（元）", "商家补贴")),
        Text("remark", ("备注",), scrub=True),
        *component_columns(_GAINS),
        *written_columns(_COSTS),
    ),
    values=(
        Expression(
            "own_subsidy",
            f"CASE WHEN income_sum = {component_sum(_GAINS)} + w_own THEN w_own "
            f"WHEN income_sum = {component_sum(_GAINS)} - abs(w_own) THEN -abs(w_own) END",
            "money",
        ),
        Expression("cost_sign", proved_sign("amount", f"coalesce(income_sum, {_KNOWN})", _COST, "-1"), "int"),
        *proved_values(_COSTS, "cost_sign"),
        Expression(
            "flow_no",
            "concat_ws('|', order_no, item_id, coalesce(strftime(l_settled, '%Y%m%d%H%M%S'), "
            "strftime(settled_date, '%Y%m%d')))",
            "text",
        ),
    ),
    flags=(Flag("key_damaged", "order_no_damaged", "订单号"),),
    emits=component_emits(
        _COMPONENTS,
        moment="settled",
        fields={
            "flow_no": "flow_no",
            "order_no": "order_no",
            "key_state": key_state_sql(damaged="order_no_damaged"),
            "sku": "item_id",
            "text": "remark",
        },
        total="amount",
    ),
    currency="CNY",
    rank=30,
)

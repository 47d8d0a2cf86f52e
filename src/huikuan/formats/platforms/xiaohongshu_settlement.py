"""Xiaohongshu (小红书) 商品结算明细: one row per order or refund settled, with every component.

From documentation (third parties' code). 商品实付/实退 is signed; 交易类型 is 结算入账 or 退款. Costs are negative in
some exports and positive in others: the row's 动账金额 proves which. There is no row number: order, after-sales number,
type and time of settlement are the key, unless 结算唯一ID stands there. The remainder is the line `rest`.

This bill counts for what orders bring, 其他服务款 for services (both rank 30: no money stands in both); the ledger
tells all of it again (rank 10).
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

_GOODS = ("商品实付/实退", "商品实付/实退（元）")
_SALE = Component("sale", _GOODS, "sale")
_REFUND = Component("refund", _GOODS, "refund")
_GAINS = (
    Component("freight", ("运费实付/实退", "运费实付/实退（元）"), "freight"),
    Component("platform_subsidy", ("平台优惠补贴",), "subsidy"),
    Component("freight_subsidy", ("平台运费补贴",), "subsidy"),
)
_COSTS = (
    Component("customs_tax", ("跨境税代缴",), "tax"),
    Component("goods_tax", ("商品税金",), "tax"),
    Component("freight_tax", ("运费税金",), "tax"),
    Component("platform_fee", ("佣金总额", "佣金"), "commission"),
    Component("payment_fee", ("支付渠道费",), "payment_fee"),
    Component("distribution", ("分销佣金",), "influencer_commission"),
    Component("operator", ("代运营服务商佣金",), "affiliate_commission"),
    Component("developer", ("代开发服务商佣金",), "affiliate_commission"),
    Component("installment", ("花呗分期手续费",), "installment_fee"),
    Component("surcharge", ("附加费",), "service_fee"),
    Component("guarantee", ("国补订单毛保金额",), "adjustment"),
)
_GAIN = f"(coalesce(goods, 0) + {component_sum(_GAINS)})"

XIAOHONGSHU_SETTLEMENT = Format(
    id="xiaohongshu.settlement",
    about=About(
        title=gettext_noop("Xiaohongshu settlement bill (小红书商品结算明细)"),
        where=gettext_noop("ark.xiaohongshu.com → 资金 → 结算账单 → 商品结算明细 → 导出, as Excel or CSV"),
        verified="documentation",
        note=gettext_noop("Its settlement lines count; those of the ledger corroborate them."),
    ),
    needs=(("订单号",), ("结算时间",), ("交易类型",), _GOODS),
    columns=(
        Identifier("order_no", ("订单号",)),
        Identifier("after_no", ("售后单号",)),
        Identifier("settle_no", ("结算唯一ID",)),
        Moment("settled", ("结算时间",), filled=True),
        Text("kind", ("交易类型",)),
        Amount("moved", ("动账金额", "结算金额", "动账金额（元）")),
        Amount("goods", _GOODS),
        Text("remark", ("备注",), scrub=True),
        *component_columns(_GAINS),
        *written_columns(_COSTS),
    ),
    values=(
        Expression("is_refund", "contains(coalesce(kind, ''), '退款')", "bool"),
        # Layouts without 动账金额: what the components come to.
        Expression(
            "amount",
            f"CASE WHEN moved IS NULL THEN NULL WHEN is_refund AND {_GAIN} <= 0 THEN -abs(moved) ELSE moved END",
            "money",
        ),
        Expression("cost_sign", proved_sign("amount", _GAIN, written_sum(_COSTS)), "int"),
        *proved_values(_COSTS, "cost_sign"),
        Expression("sale", "CASE WHEN NOT is_refund THEN goods END", "money"),
        Expression("refund", "CASE WHEN is_refund THEN goods END", "money"),
        Expression(
            "flow_no",
            "coalesce(settle_no, concat_ws('|', order_no, after_no, kind, coalesce(strftime(l_settled, "
            "'%Y%m%d%H%M%S'), strftime(settled_date, '%Y%m%d'))))",
            "text",
        ),
    ),
    flags=(Flag("key_damaged", "order_no_damaged", "订单号"),),
    emits=component_emits(
        (_SALE, _REFUND, *_GAINS, *_COSTS),
        moment="settled",
        fields={
            "flow_no": "flow_no",
            "order_no": "order_no",
            "key_state": key_state_sql(damaged="order_no_damaged"),
            "trade_no": "after_no",
            "text": "remark",
        },
        total="amount",
    ),
    currency="CNY",
    rank=30,
)

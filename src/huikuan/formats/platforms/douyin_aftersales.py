"""Douyin (抖店) 售后 export: one row per after-sales case.

From documentation (third parties' code). 退商品金额 and 退运费金额 are what was asked for: they are the refund once the
state says it was paid. The seller's address and contact for returns, and what the parties wrote, never enter.
"""

from __future__ import annotations

from huikuan.formats.spec import About, Amount, Emit, Expression, Format, Identifier, Moment, Text
from huikuan.records.messages import gettext_noop

DOUYIN_AFTERSALES = Format(
    id="douyin.aftersales",
    about=About(
        title=gettext_noop("Douyin shop after-sales (抖店售后单)"),
        where=gettext_noop("fxg.jinritemai.com → 售后 → 售后工作台 → 导出, as Excel or CSV"),
        verified="documentation",
    ),
    needs=(
        ("售后单号",),
        ("订单号",),
        ("售后类型",),
        ("售后状态",),
        ("退商品金额（元）", "退商品金额"),
        ("售后申请时间",),
    ),
    columns=(
        Identifier("return_no", ("售后单号",), filled=True),
        Identifier("order_no", ("订单号",)),
        Identifier("item_id", ("商品ID",)),
        Identifier("own_code", ("商家编码",)),
        Text("kind", ("售后类型",)),
        Text("state", ("售后状态",)),
        Text("reason", ("售后原因",), scrub=True),
        Amount("goods", ("退商品金额（元）", "退商品金额")),
        Amount("postage", ("退运费金额（元）", "退运费金额")),
        Moment("requested", ("售后申请时间",), filled=True),
        Moment("refunded_at", ("商家退款时间",)),
        Moment("arrived", ("用户到账时间",)),
        Identifier("tracking", ("退货物流单号",)),
        Text("courier", ("退货物流公司",)),
        Identifier("sent_tracking", ("发货物流单号",)),
    ),
    values=(
        Expression("refunded", "contains(coalesce(state, ''), '退款成功')", "bool"),
        Expression(
            "status",
            "CASE WHEN refunded THEN 'refunded' "
            "WHEN regexp_matches(coalesce(state, ''), '关闭|取消|换货成功|补寄成功|完成') THEN 'closed' "
            "WHEN contains(coalesce(state, ''), '商家收货') OR tracking IS NOT NULL THEN 'in_transit' "
            "ELSE 'requested' END",
            "text",
        ),
        # 退货退款 and 换货 bring goods back; 仅退款, 未发货退款, 已发货退款, 补寄 do not.
        Expression(
            "goods_back",
            "CASE WHEN kind IS NULL OR kind = '-' THEN NULL ELSE contains(kind, '退货') OR contains(kind, '换货') "
            "OR contains(kind, '维修') END",
            "bool",
        ),
    ),
    emits=(
        Emit(
            "return_line",
            {
                "return_no": "return_no",
                "sku": "coalesce(own_code, item_id, '')",
                "order_no": "order_no",
                "tracking_no": "tracking",
                "sent_tracking_no": "sent_tracking",
                "courier": "nullif(courier, '-')",
                "goods_back": "goods_back",
                "status": "status",
                "reason": "reason",
                "refund_amount": "CASE WHEN refunded THEN coalesce(goods, 0) + coalesce(postage, 0) END",
                "requested_at": "requested",
                "refunded_at": "CASE WHEN refunded THEN coalesce(refunded_at, arrived) END",
            },
            "requested",
        ),
    ),
    currency="CNY",
)

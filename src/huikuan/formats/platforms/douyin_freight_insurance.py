"""Douyin (抖店) 运费险: the premium of each order, in the insurance page's export and as 保费支出 in the ledger's ZIP.

From documentation (third parties' code). Premiums are written positive and are paid by the shop. The fund ledger tells
the same money as one movement for many policies (保费扣除), so these lines corroborate. Policies that were never
charged, or whose premium came back, are ignored by their 保费状态.
"""

from __future__ import annotations

from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.platforms.douyin_columns import DETAIL_RANK
from huikuan.formats.spec import About, Amount, Emit, Expression, Flag, Format, Identifier, Moment, Reject, Text
from huikuan.records.messages import gettext_noop

DOUYIN_FREIGHT_INSURANCE = Format(
    id="douyin.freight_insurance",
    about=About(
        title=gettext_noop("Douyin shop freight insurance (抖店运费险, 保费支出)"),
        where=gettext_noop("fxg.jinritemai.com → 保险 → 投保记录 → 导出; or 保费支出 in the ZIP of the ledger"),
        verified="documentation",
        note=gettext_noop("Corroborates the fund bill; counts for days of which no fund bill was imported."),
    ),
    needs=(
        ("投保单号", "保险单号"),
        ("订单编号", "关联子订单号", "关联订单号"),
        ("支付保费", "金额（元）"),
        ("动账流水号",),
    ),
    columns=(
        Identifier("policy", ("投保单号", "保险单号"), filled=True),
        Identifier("flow", ("动账流水号",)),
        Identifier("order_no", ("订单编号", "关联订单号", "关联子订单号")),
        Amount("premium", ("支付保费", "金额（元）"), filled=True),
        Text("state", ("保费状态",)),
        Text("name", ("保险名称", "摘要描述")),
        Moment("moved", ("动账时间",)),
        Moment("insured", ("承保时间",)),
        Text("remark", ("备注",), scrub=True),
    ),
    values=(
        Expression("charged", "coalesce(moved, insured)", "time"),
        Expression("charged_date", "coalesce(moved_date, insured_date)", "date"),
        Expression("back", "regexp_matches(coalesce(name, ''), '退保|退费|返还')", "bool"),
        Expression("amount", "CASE WHEN back THEN abs(premium) ELSE -premium END", "money"),
        Expression(
            "not_charged",
            "regexp_matches(coalesce(state, ''), '待|未|失败|取消|关闭|退') AND coalesce(state, '') <> '未退保'",
            "bool",
        ),
    ),
    rejects=(Reject("cell.empty", "charged_date IS NULL AND NOT not_charged", "动账时间"),),
    flags=(Flag("key_damaged", "order_no_damaged", "订单编号"),),
    ignored="not_charged",
    emits=(
        Emit(
            "settlement_line",
            {
                "flow_no": "policy",
                "component": "'freight_insurance'",
                "order_no": "order_no",
                "key_state": key_state_sql(damaged="order_no_damaged"),
                "type": "'freight_insurance'",
                "item": "coalesce(name, '运费险')",
                "amount": "amount",
                "batch": "flow",
                "text": "remark",
            },
            "charged",
        ),
    ),
    currency="CNY",
    rank=DETAIL_RANK,
)

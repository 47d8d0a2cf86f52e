"""Douyin (抖店) BIC 质检: what the inspection warehouse charges for an order.

From documentation (third parties' code). 结算金额 is written positive and paid by the shop; what comes back is
negative. Rows not settled yet (状态 待结算 …) are ignored.
"""

from __future__ import annotations

from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.platforms.douyin_columns import DETAIL_RANK
from huikuan.formats.spec import About, Amount, Emit, Expression, Flag, Format, Identifier, Moment, Reject, Text
from huikuan.records.messages import gettext_noop

DOUYIN_BIC = Format(
    id="douyin.bic",
    about=About(
        title=gettext_noop("Douyin shop BIC inspection fees (抖店质检费用)"),
        where=gettext_noop("fxg.jinritemai.com → 供应链 → BIC → 费用账单 → 导出, as Excel or CSV"),
        verified="documentation",
        note=gettext_noop("Corroborates the fund bill; counts for days of which no fund bill was imported."),
    ),
    needs=(("结算单号",), ("订单码", "QIC仓"), ("关联订单号",), ("费用项",), ("结算金额",)),
    columns=(
        Identifier("bill_no", ("结算单号",), filled=True),
        Identifier("order_no", ("关联订单号",)),
        Identifier("tracking", ("关联运单号",)),
        Text("item", ("费用项",)),
        Amount("fee", ("结算金额",), filled=True),
        Moment("settled", ("结算时间",)),
        Moment("done", ("计费完成时间", "业务发生时间")),
        Text("state", ("状态",)),
        Identifier("flow", ("动账流水号",)),
        Text("remark", ("备注",), scrub=True),
    ),
    values=(
        Expression("charged", "coalesce(settled, done)", "time"),
        Expression("charged_date", "coalesce(settled_date, done_date)", "date"),
        Expression("pending", "regexp_matches(coalesce(state, ''), '待|未|取消|关闭|失败|作废')", "bool"),
    ),
    rejects=(Reject("cell.empty", "charged_date IS NULL AND NOT pending", "结算时间"),),
    flags=(Flag("key_damaged", "order_no_damaged", "关联订单号"),),
    ignored="pending",
    emits=(
        Emit(
            "settlement_line",
            {
                "flow_no": "bill_no",
                "component": "coalesce(item, 'bic')",
                "order_no": "order_no",
                "key_state": key_state_sql(damaged="order_no_damaged"),
                "type": "'service_fee'",
                "item": "coalesce(item, 'BIC')",
                "amount": "-fee",
                "batch": "flow",
                "trade_no": "tracking",
                "text": "remark",
            },
            "charged",
        ),
    ),
    currency="CNY",
    rank=DETAIL_RANK,
)

"""Xiaohongshu (小红书) 其他服务款: what the shop pays or gets beside its goods (小额打款, 运费险, 违规 ...).

From documentation (third parties' code). 交易类型 tells the direction where it says 支出 / 扣款 or 收入 / 返还; else
动账金额 is taken with the sign it is written with.
"""

from __future__ import annotations

from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.spec import (
    About,
    Amount,
    Classified,
    Emit,
    Expression,
    Flag,
    Format,
    Identifier,
    Moment,
    Text,
)
from huikuan.records.messages import gettext_noop

XIAOHONGSHU_SERVICES = Format(
    id="xiaohongshu.services",
    about=About(
        title=gettext_noop("Xiaohongshu other services (小红书其他服务款)"),
        where=gettext_noop("ark.xiaohongshu.com → 资金 → 结算账单 → 其他服务款 → 导出, as Excel or CSV"),
        verified="documentation",
        note=gettext_noop("Its settlement lines count; those of the ledger corroborate them."),
    ),
    needs=(("业务款项",), ("业务单据号",), ("结算时间",), ("动账金额", "动账金额（元）")),
    columns=(
        Text("item", ("业务款项",)),
        Identifier("order_no", ("订单号",)),
        Identifier("voucher", ("业务单据号",)),
        Moment("settled", ("结算时间",), filled=True),
        Text("kind", ("交易类型",)),
        Amount("moved", ("动账金额", "动账金额（元）"), filled=True),
        Text("remark", ("备注",), scrub=True),
    ),
    values=(
        Expression(
            "amount",
            "CASE WHEN regexp_matches(coalesce(kind, ''), '支出|扣款|扣除|出账') THEN -abs(moved) "
            "WHEN regexp_matches(coalesce(kind, ''), '收入|返还|退回|入账') THEN abs(moved) ELSE moved END",
            "money",
        ),
        Expression("wording", "coalesce(item, kind, '?')", "text"),
        Classified("type", "wording", "xiaohongshu_items"),
        Expression(
            "flow_no",
            "concat_ws('|', coalesce(voucher, order_no), coalesce(strftime(l_settled, '%Y%m%d%H%M%S'), "
            "strftime(settled_date, '%Y%m%d')))",
            "text",
        ),
    ),
    flags=(Flag("key_damaged", "order_no_damaged", "订单号"),),
    emits=(
        Emit(
            "settlement_line",
            {
                "flow_no": "flow_no",
                "component": "wording",
                "order_no": "CASE WHEN type_movement IS NULL THEN order_no END",
                "key_state": "CASE WHEN type_movement IS NOT NULL THEN 'none' ELSE "
                f"{key_state_sql(damaged='order_no_damaged', linked='type_linked')} END",
                "type": "type",
                "item": "wording",
                "amount": "amount",
                "trade_no": "voucher",
                "text": "remark",
            },
            "settled",
        ),
    ),
    currency="CNY",
    rank=30,
)

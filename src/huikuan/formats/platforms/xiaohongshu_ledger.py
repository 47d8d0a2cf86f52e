"""Xiaohongshu (小红书) 动账 ledger of the shop's balance, 店铺余额: every movement with the balance after it.

From documentation (third parties' code). 收入 and 支出 are two columns; 支出 may be written with or without a minus.
There is no flow number: time, type, business number, amount and balance are the key. A payout is named by its time.
Orders are recognised by their pattern (`P80034…`) in 业务单号 or 备注.
"""

from __future__ import annotations

from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.spec import (
    About,
    Amount,
    Balance,
    Classified,
    Emit,
    Expression,
    Format,
    Identifier,
    Moment,
    Reject,
    Text,
)
from huikuan.records.messages import gettext_noop

_TIME = "coalesce(strftime(l_happened, '%Y%m%d%H%M%S'), strftime(happened_date, '%Y%m%d'))"

XIAOHONGSHU_LEDGER = Format(
    id="xiaohongshu.ledger",
    about=About(
        title=gettext_noop("Xiaohongshu ledger (小红书店铺余额动账明细)"),
        where=gettext_noop("ark.xiaohongshu.com → 资金 → 店铺余额 → 动账明细 → 导出, as Excel or CSV"),
        verified="documentation",
        note=gettext_noop("What orders bring is told net here; the settlement bill counts where it was imported."),
    ),
    needs=(
        ("创建时间",),
        ("交易类型描述",),
        ("收入（元）", "收入"),
        ("支出（元）", "支出"),
        ("账户余额（元）", "账户余额"),
    ),
    columns=(
        Moment("happened", ("创建时间",), filled=True),
        Text("kind", ("交易类型描述",)),
        Amount("income", ("收入（元）", "收入")),
        Amount("outgo", ("支出（元）", "支出")),
        Amount("balance", ("账户余额（元）", "账户余额"), filled=True),
        Identifier("business_no", ("业务单号",)),
        Text("remark", ("备注",), scrub=True),
    ),
    values=(
        Expression("amount", "coalesce(income, 0) - abs(coalesce(outgo, 0))", "money"),
        Expression("wording", "coalesce(kind, '?')", "text"),
        Classified("type", "wording", "xiaohongshu_items"),
        Expression(
            "movement",
            "CASE WHEN type_movement = 'payout' AND amount > 0 THEN 'payout_returned' ELSE type_movement END",
            "text",
        ),
        Expression(
            "order_no",
            "CASE WHEN type_movement IS NOT NULL THEN NULL "
            "ELSE coalesce(nullif(regexp_extract(business_no, 'P[0-9]{12,24}'), ''), "
            "nullif(regexp_extract(remark, 'P[0-9]{12,24}'), '')) END",
            "text",
        ),
        Expression(
            "flow_no",
            f"concat_ws('|', {_TIME}, kind, business_no, CAST(amount AS DECIMAL(18,2)), "
            "CAST(balance AS DECIMAL(18,2)))",
            "text",
        ),
    ),
    rejects=(Reject("cell.empty", "income IS NULL AND outgo IS NULL", "收入（元）"),),
    emits=(
        Emit(
            "wallet_line",
            {
                "flow_no": "flow_no",
                "component": "''",
                "amount": "amount",
                "balance": "balance",
                "movement": "movement",
                "item": "wording",
                "order_no": "order_no",
                "trade_no": "business_no",
                "payout_id": f"CASE WHEN movement = 'payout' THEN {_TIME} END",
                "text": "remark",
            },
            "happened",
        ),
        Emit(
            "settlement_line",
            {
                "flow_no": "flow_no",
                "component": "''",
                "order_no": "order_no",
                "key_state": key_state_sql(linked="type_linked"),
                "type": "type",
                "item": "wording",
                "amount": "amount",
                "trade_no": "business_no",
                "text": "remark",
            },
            "happened",
            "type_movement IS NULL",
        ),
    ),
    balance=Balance(),
    currency="CNY",
    rank=10,
)

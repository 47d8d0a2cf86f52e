"""Kuaishou (快手小店) 动账 ledger: every movement of the account with the balance after it.

From documentation (third parties' code). 发生额 is unsigned, 账务方向 (older: 财务方式) tells the direction: 收 or 支.
Its settlement lines are of rank 10: what an order brings is told net here, in full by the settlement bill, which counts
where both tell of a type and day.
"""

from __future__ import annotations

from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.spec import (
    About,
    Amount,
    Balance,
    Choice,
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

_DIRECTIONS = {
    "收": "in", "收入": "in", "入账": "in", "进账": "in", "转入": "in",
    "支": "out", "支出": "out", "出账": "out", "付": "out", "转出": "out",
}  # fmt: skip

KUAISHOU_LEDGER = Format(
    id="kuaishou.ledger",
    about=About(
        title=gettext_noop("Kuaishou shop ledger (快手小店动账明细)"),
        where=gettext_noop("s.kwaixiaodian.com → 资金 → 账户流水 → 导出, as Excel or CSV"),
        verified="documentation",
        note=gettext_noop("What orders bring is told net here; the settlement bill counts where it was imported."),
    ),
    needs=(
        ("账务流水号",),
        ("关联业务单号", "业务单号"),
        ("账务方向", "财务方式", "收支方向"),
        ("发生额（元）", "发生额"),
    ),
    columns=(
        Identifier("flow_no", ("账务流水号",), filled=True),
        Identifier("business_no", ("关联业务单号", "业务单号"), blank=("0",)),
        Moment("happened", ("入账时间", "记账时间"), filled=True),
        Choice("direction", ("账务方向", "财务方式", "收支方向"), _DIRECTIONS, filled=True),
        Amount("unsigned", ("发生额（元）", "发生额"), filled=True),
        Amount("balance", ("期末余额（元）", "期末余额")),
        Text("business", ("业务类型",)),
        Text("described", ("描述",), scrub=True),
        Text("remark", ("备注",), scrub=True),
    ),
    values=(
        Expression("amount", "CASE direction WHEN 'in' THEN abs(unsigned) ELSE -abs(unsigned) END", "money"),
        Expression(
            "wording",
            "coalesce(nullif(concat_ws('|', nullif(business, '-'), "
            "nullif(regexp_replace(t_described, '[^\\p{Han}]+', '', 'g'), '')), ''), "
            "nullif(regexp_replace(t_remark, '[^\\p{Han}]+', '', 'g'), ''), '?')",
            "text",
        ),
        Classified("type", "wording", "kuaishou_items"),
        Expression(
            "movement",
            "CASE WHEN type_movement = 'payout' AND direction = 'in' THEN 'payout_returned' ELSE type_movement END",
            "text",
        ),
        # Premiums and payouts name numbers of their own there.
        Expression(
            "order_no",
            "CASE WHEN type_movement IS NULL AND regexp_full_match(business_no, '[0-9]{12,20}') THEN business_no END",
            "text",
        ),
        Expression("damaged", "type_movement IS NULL AND business_no_damaged", "bool"),
    ),
    flags=(Flag("key_damaged", "damaged", "关联业务单号"),),
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
                "trade_no": "CASE WHEN order_no IS NULL THEN business_no END",
                "payout_id": "CASE WHEN movement = 'payout' THEN flow_no END",
                "text": "coalesce(remark, described)",
            },
            "happened",
        ),
        Emit(
            "settlement_line",
            {
                "flow_no": "flow_no",
                "component": "''",
                "order_no": "order_no",
                "key_state": key_state_sql(damaged="damaged", linked="type_linked"),
                "type": "type",
                "item": "wording",
                "amount": "amount",
                "text": "coalesce(remark, described)",
            },
            "happened",
            "type_movement IS NULL",
        ),
    ),
    balance=Balance(),
    currency="CNY",
    rank=10,
)

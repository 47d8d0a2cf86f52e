"""千牛 保证金明细: the movements of a shop's deposit with Taobao or Tmall. From documentation.

The account is the deposit, not the wallet: 入账 is added and 出账 taken off, whatever sign the amount carries. What
is paid in or back is a movement `deposit`; what Taobao takes for a buyer (赔付, 理赔), as a fine or a fee, is the
shop's cost: a settlement line too.
"""

from __future__ import annotations

from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.spec import (
    About,
    Amount,
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

QIANNIU_DEPOSIT = Format(
    id="qianniu.deposit",
    about=About(
        title=gettext_noop("Taobao / Tmall deposit ledger (千牛保证金明细)"),
        where=gettext_noop("千牛 → 财务 → 保证金 → 收支明细 → 导出, as Excel or CSV"),
        verified="documentation",
        note=gettext_noop("Does not name its account: give the deposit an account of its own when importing."),
    ),
    needs=(
        ("完成时间",),
        ("操作类型",),
        ("原因",),
        ("收支金额（元）", "收支金额"),
        ("来源账户", "去向账户"),
        ("业务编号",),
    ),
    file_name="保证金",
    columns=(
        Moment("happened", ("完成时间",), filled=True),
        Choice("direction", ("操作类型",), {"入账": "in", "出账": "out", "收入": "in", "支出": "out"}, filled=True),
        Text("reason", ("原因",)),
        Text("money", ("币种",)),
        Amount("written", ("收支金额（元）", "收支金额"), filled=True),
        Text("described", ("业务描述",), scrub=True),
        Identifier("flow_no", ("业务编号",), filled=True),
        Identifier("order_no", ("订单编号", "订单号")),
        Text("remark", ("备注",), scrub=True),
    ),
    values=(
        Expression("amount", "CASE direction WHEN 'in' THEN abs(written) ELSE -abs(written) END", "money"),
        Expression("wording", "concat_ws('|', reason, t_described)", "text"),
        Expression(
            "cost",
            "regexp_matches(wording, '赔付|理赔|赔偿|退赔|违约|违规|罚|追偿|服务费|扣款|扣除') "
            "AND NOT regexp_matches(wording, '缴存|解冻|补缴|转移')",
            "bool",
        ),
        Classified("type", "reason", "qianniu_deposit_items"),
        Expression(
            "currency",
            "CASE WHEN money IS NULL OR money IN ('人民币', 'RMB', 'CNY', '元') THEN 'CNY' ELSE upper(money) END",
            "text",
        ),
        Expression(
            "key_state",
            key_state_sql(damaged="order_no_damaged", linked="FALSE"),
            "text",
        ),
        Expression("told", "concat_ws(' | ', described, remark)", "text"),
    ),
    flags=(Flag("key_damaged", "order_no_damaged", "订单编号"),),
    emits=(
        Emit(
            kind="wallet_line",
            moment="happened",
            fields={
                "flow_no": "flow_no",
                "component": "concat_ws('|', t_direction, reason)",
                "amount": "amount",
                "movement": "CASE WHEN NOT cost THEN 'deposit' END",
                "item": "reason",
                "order_no": "order_no",
                "text": "told",
            },
        ),
        Emit(
            kind="settlement_line",
            moment="happened",
            where="cost",
            fields={
                "flow_no": "flow_no",
                "component": "concat_ws('|', t_direction, reason)",
                "order_no": "order_no",
                "key_state": "key_state",
                "type": "type",
                "item": "reason",
                "amount": "amount",
                "text": "told",
            },
        ),
    ),
    currency_value="currency",
    currency="CNY",
    rank=20,
)

"""Pinduoduo 推广财务流水: the movements of the shop's advertising account. Known from documentation; no file of ours.

The amount is unsigned, 流水类型 tells its direction. Cash, red packets and other kinds of money (资金类型) have
balances of their own in one file, so they are kept and not chained. No row has a number: all its fields are its flow
number. Top-ups come from the goods account (`转账-广告账户` in `pdd.bills`); spending is an ordinary movement.
"""

from __future__ import annotations

from huikuan.formats.spec import About, Amount, Choice, Emit, Expression, Format, Moment, Text
from huikuan.records.messages import gettext_noop

_WAYS = {
    "收入": "in", "充值": "in", "转入": "in", "退款": "in", "退回": "in", "返还": "in",
    "支出": "out", "消耗": "out", "消费": "out", "扣费": "out", "扣款": "out", "转出": "out", "提现": "out",
}  # fmt: skip

PDD_PROMOTION = Format(
    id="pdd.promotion",
    about=About(
        title=gettext_noop("Pinduoduo advertising account (拼多多推广财务流水)"),
        where=gettext_noop("yingxiao.pinduoduo.com → 推广账户 → 财务流水 → 导出, as Excel or CSV"),
        verified="documentation",
        note=gettext_noop("Balances of different kinds of money stand in one file: they are kept, not chained."),
    ),
    needs=(
        ("时间", "交易时间"),
        ("资金类型",),
        ("流水类型",),
        ("交易金额", "交易金额(元)"),
        ("交易摘要",),
    ),
    file_name="推广|财务流水",
    columns=(
        Moment("happened", ("时间", "交易时间"), filled=True),
        Text("fund", ("资金类型",)),
        Text("kind", ("流水类型",)),
        Choice("way", ("流水类型",), _WAYS, filled=True),
        Amount("written", ("交易金额", "交易金额(元)"), filled=True),
        Amount("balance", ("余额", "余额(元)")),
        Text("summary", ("交易摘要",), scrub=True),
    ),
    values=(
        Expression("amount", "CASE way WHEN 'in' THEN abs(written) ELSE -abs(written) END", "money"),
        Expression("words", "concat_ws('|', kind, t_summary)", "text"),
        Expression(
            "movement",
            "CASE WHEN contains(words, '充值') THEN 'topup' "
            "WHEN contains(words, '转账') OR contains(words, '转入') OR contains(words, '转出') OR "
            "contains(words, '提现') THEN 'transfer' END",
            "text",
        ),
    ),
    emits=(
        Emit(
            kind="wallet_line",
            moment="happened",
            fields={
                "flow_no": "concat_ws('|', coalesce(CAST(happened AS VARCHAR), CAST(happened_date AS VARCHAR)), fund, "
                "kind, amount, balance, summary)",
                "component": "fund",
                "amount": "amount",
                "balance": "balance",
                "movement": "movement",
                "item": "concat_ws('|', fund, kind)",
                "text": "summary",
            },
        ),
    ),
    currency="CNY",
    rank=30,
)

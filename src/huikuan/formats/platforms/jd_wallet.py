"""JD wallet statement (京东钱包 资金明细): every movement with the balance after it. Known from third parties' code.

The number of a movement is its 商户订单号; a settlement has the number of its payout batch there, so `flow_no` is what
`jd.settlement` calls the batch. Numbers may repeat: the direction tells two of one number apart. What a movement is
tells 交易备注 alone, and it names orders (`对应订单号327569834090`). Such movements are no settlement lines here: the
settlement bill tells them.
"""

from __future__ import annotations

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

JD_WALLET = Format(
    id="jd.wallet",
    about=About(
        title=gettext_noop("JD wallet statement (京东钱包资金明细)"),
        where=gettext_noop("京东钱包 (wallet of the merchant) → 资金明细 → 导出, as CSV or Excel"),
        verified="documentation",
    ),
    needs=(
        ("日期", "交易时间"),
        ("商户订单号",),
        ("账户余额(元)", "账户余额"),
        ("收入金额(元)", "收入金额"),
        ("支出金额(元)", "支出金额"),
        ("交易备注",),
    ),
    lacks=(("账务流水号",), ("业务类型",)),
    file_name="京东|钱包|资金",
    columns=(
        Identifier("account_no", ("账户代码",)),
        Identifier("merchant", ("商户号",)),
        Moment("happened", ("日期", "交易时间"), filled=True),
        Identifier("number", ("商户订单号",)),
        Amount("income", ("收入金额(元)", "收入金额")),
        Amount("outgo", ("支出金额(元)", "支出金额")),
        Amount("balance", ("账户余额(元)", "账户余额")),
        Text("remark", ("交易备注",), scrub=True),
    ),
    values=(
        Expression("amount", "coalesce(income, 0) - abs(coalesce(outgo, 0))", "money"),
        Expression("account_code", "coalesce(account_no, merchant)", "text"),
        Expression("wording", "coalesce(t_remark, '') || CASE WHEN amount < 0 THEN '|支出' ELSE '|收入' END", "text"),
        # Remarks name orders and days: only their words are classified, else each would be a wording of its own.
        Expression("plain_wording", "regexp_replace(wording, '[^\\p{Han}|]+', '', 'g')", "text"),
        Classified("type", "plain_wording", "jd_wallet_items"),
        Expression(
            "movement",
            "CASE WHEN type_movement = 'payout' AND amount > 0 THEN 'payout_returned' ELSE type_movement END",
            "text",
        ),
        Expression(
            "flow_no", "coalesce(number, concat_ws('|', CAST(happened_date AS VARCHAR), happened, amount))", "text"
        ),
    ),
    rejects=(Reject("cell.empty", "income IS NULL AND outgo IS NULL", "收入金额(元)"),),
    emits=(
        Emit(
            kind="wallet_line",
            moment="happened",
            fields={
                "flow_no": "flow_no",
                "component": "CASE WHEN amount < 0 THEN '支出' ELSE '收入' END",
                "amount": "amount",
                "balance": "balance",
                "movement": "movement",
                "item": "plain_wording",
                "order_no": "nullif(regexp_extract(remark, '订单号[:：]?([0-9]{9,20})', 1), '')",
                "trade_no": "number",
                "payout_id": "CASE WHEN movement = 'payout' THEN flow_no END",
                "text": "remark",
            },
        ),
    ),
    balance=Balance(),
    account_value="account_code",
    currency="CNY",
    rank=30,
)

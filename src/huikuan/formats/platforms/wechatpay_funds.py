"""WeChat Pay 资金账单, the fund bill of a merchant: every movement of the account with the balance after it.

Checked against a real file. Amounts are unsigned, 收支类型 tells the direction. The two number columns look swapped on
refunds, so the key is made of both, the business type and the direction. The footer of the known sample states one
row more than it has: such a disagreement flags the document.
"""

from __future__ import annotations

from huikuan.formats.spec import (
    About,
    Amount,
    Balance,
    Choice,
    Emit,
    Expression,
    Footer,
    Format,
    Identifier,
    Moment,
    Text,
    Total,
)
from huikuan.records.messages import gettext_noop

WECHATPAY_FUNDS = Format(
    id="wechatpay.funds",
    about=About(
        title=gettext_noop("WeChat Pay fund bill (微信支付资金账单)"),
        where=gettext_noop("pay.weixin.qq.com → 交易中心 → 资金账单 → 基本账户, as CSV or gzip"),
        verified="real file",
        note=gettext_noop("Gives wallet lines; settlement lines come from the trade bill."),
    ),
    needs=(
        ("记账时间",),
        ("微信支付业务单号",),
        ("资金流水单号",),
        ("业务类型",),
        ("收支类型",),
        ("收支金额（元）", "收支金额"),
    ),
    file_name="资金账单|fundflow",
    prefix="`",
    columns=(
        Moment("happened", ("记账时间",), filled=True),
        Identifier("business_no", ("微信支付业务单号",)),
        Identifier("flow_no", ("资金流水单号",), filled=True),
        Text("name", ("业务名称",)),
        Text("business", ("业务类型",)),
        Text("side", ("收支类型",)),
        Choice("direction", ("收支类型",), {"收入": "in", "支出": "out"}, filled=True),
        Amount("unsigned", ("收支金额（元）", "收支金额"), filled=True),
        Amount("balance", ("账户结余（元）", "账户结余")),
        Text("applicant", ("资金变更提交申请人",)),
        Text("remark", ("备注",), scrub=True),
        Identifier("voucher", ("业务凭证号",)),
    ),
    values=(
        Expression("amount", "CASE direction WHEN 'in' THEN abs(unsigned) ELSE -abs(unsigned) END", "money"),
        # Changes made through the API are signed with the merchant's number: `1601959334API`.
        Expression("merchant", "nullif(regexp_extract(applicant, '^([0-9]{8,12})API$', 1), '')", "text"),
        Expression("is_trade", "business IN ('交易', '支付')", "bool"),
        Expression(
            "movement",
            "CASE WHEN regexp_matches(concat_ws('|', name, business), '提现(手续|服务)费') THEN NULL "
            "WHEN contains(concat_ws('|', name, business), '提现') THEN "
            "CASE WHEN direction = 'in' THEN 'payout_returned' ELSE 'payout' END "
            "WHEN contains(concat_ws('|', name, business), '充值') THEN 'topup' "
            "WHEN contains(concat_ws('|', name, business), '转账') THEN 'transfer' "
            "WHEN contains(concat_ws('|', name, business), '保证金') THEN 'deposit' END",
            "text",
        ),
    ),
    emits=(
        Emit(
            kind="wallet_line",
            moment="happened",
            fields={
                "flow_no": "flow_no",
                "component": "concat_ws('|', business_no, business, side)",
                "amount": "amount",
                "balance": "balance",
                "movement": "movement",
                "item": "concat_ws('|', name, business)",
                "order_no": "CASE WHEN is_trade THEN voucher END",
                "trade_no": "business_no",
                "payout_id": "CASE WHEN movement = 'payout' THEN flow_no END",
                "text": "remark",
            },
        ),
    ),
    footer=Footer(starts=("资金流水总笔数",), expected=True),
    footer_table="资金流水总笔数",
    totals=(
        Total("资金流水总笔数", "资金流水总笔数", "count(*)"),
        Total("收入笔数", "收入笔数", "count(*) FILTER (direction = 'in')"),
        Total("收入金额", "收入金额", "sum(unsigned) FILTER (direction = 'in')"),
        Total("支出笔数", "支出笔数", "count(*) FILTER (direction = 'out')"),
        Total("支出金额", "支出金额", "sum(unsigned) FILTER (direction = 'out')"),
    ),
    balance=Balance(),
    account_value="merchant",
    currency="CNY",
    rank=30,
)

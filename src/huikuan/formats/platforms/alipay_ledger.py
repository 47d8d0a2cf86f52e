"""Alipay's fund ledger of a merchant account: every movement with the balance after it. Two layouts:

- 账务明细 (资金账单, also through the API): 账务流水号, 发生时间, 业务类型; lines with `#` around it, totals at its
  end. A user may leave columns out: without 业务类型 and 业务描述 the remark alone tells what a movement is.
- 资金流水 (b.alipay.com → 账单 → 资金流水): 支付宝流水号, 入账时间, 账务类型; the header stands in row 1, 3 or below
  lines with `#`, blanks are single spaces, totals are missing in the workbook. Its 服务费（元） tells again what a row
  of its own moves.

Layouts known from third parties' code that runs on real exports, not from a file of ours: columns are bound by name, in
any order, and the reading is proved by the running balance and the footer's totals. A row is a wallet line and, if
it names an order or normally would, a settlement line. Several rows share a 业务流水号 (receipt, fee, 分账).
支付宝流水号 is taken to be the same number as 账务流水号, so that a movement told in both layouts counts once.
"""

from __future__ import annotations

from dataclasses import replace

from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.platforms.alipay_columns import STATED, TAOBAO_ORDER
from huikuan.formats.spec import (
    About,
    Amount,
    Balance,
    Classified,
    Emit,
    Expression,
    Fact,
    Flag,
    Footer,
    Format,
    Identifier,
    Moment,
    Person,
    Reject,
    Text,
    Total,
)
from huikuan.records.messages import gettext_noop

# Business types that say enough; all others are told apart by the words of the remark.
_PLAIN_TYPES = "('交易付款', '交易收款', '交易退款', '在线支付', '退款（交易退款）', '退款(交易退款)', '提现', '充值')"
_NOT_WORDS = "[^\\p{Han}|-]+"
_IN_REMARK = (
    "(?:订单号|订单编号|关联订单号|交易单号)[^0-9]{0,4}([0-9]{10,25})",
    "(?i:tradeid)[:：] ?([0-9]{10,25})",
    "[{（(]([0-9]{10,25})[}）)]",
)
_FROM_REMARK = ", ".join(f"nullif(regexp_extract(remark, '{pattern}', 1), '')" for pattern in _IN_REMARK)
_OWN_NUMBER = (
    "regexp_full_match(out_no, '[A-Za-z0-9_-]{6,64}') AND NOT regexp_matches(out_no, '^(FP|LW|CAE|T[0-9]{3}P)')"
)

ALIPAY_LEDGER = Format(
    id="alipay.ledger",
    about=About(
        title=gettext_noop("Alipay fund ledger (支付宝账务明细)"),
        where=gettext_noop("b.alipay.com → 对账中心 → 资金账单 → 账务明细, as CSV or ZIP"),
        verified="documentation",
        note=gettext_noop("Order numbers are taken from 业务基础订单号, 商户订单号 (T200P...), 备注, in this order."),
    ),
    needs=(
        ("账务流水号",),
        ("发生时间",),
        ("收入金额（+元）", "收入（+元）", "收入金额"),
        ("支出金额（-元）", "支出（-元）", "支出金额"),
        ("业务类型", "业务描述", "备注"),
    ),
    marks=("支付宝账务明细查询", "账务明细列表"),
    file_name="账务明细|资金账单",
    columns=(
        Identifier("flow_no", ("账务流水号", "支付宝流水号"), filled=True),
        Identifier("trade_no", ("业务流水号", "支付宝交易号")),
        Identifier("out_no", ("商户订单号",), usual=TAOBAO_ORDER),
        Moment("happened", ("发生时间", "入账时间"), filled=True),
        Person("party", ("对方账号", "对方账户")),
        Amount("income", ("收入金额（+元）", "收入（+元）", "收入金额")),
        Amount("outgo", ("支出金额（-元）", "支出（-元）", "支出金额")),
        Amount("balance", ("账户余额（元）", "账户余额", "余额（元）")),
        Text("business", ("业务类型", "账务类型")),
        Text("remark", ("备注",), scrub=True),
        Text("described", ("业务描述",)),
        Identifier("base_order", ("业务基础订单号",)),
    ),
    values=(
        Expression("amount", "coalesce(income, 0) - abs(coalesce(outgo, 0))", "money"),
        Expression(
            "wording",
            f"CASE WHEN described IS NOT NULL THEN described WHEN business IN {_PLAIN_TYPES} AND NOT "
            f"contains(coalesce(t_remark, ''), '退票') THEN business "
            f"ELSE concat_ws('|', business, regexp_replace(t_remark, '{_NOT_WORDS}', '', 'g')) END",
            "text",
        ),
        Classified("type", "wording", "alipay_items"),
        Expression(
            "named_order",
            "CASE WHEN base_order IS NOT NULL AND regexp_full_match(base_order, '[0-9]{10,25}') THEN base_order "
            "WHEN out_no_usual THEN substr(out_no, 6) WHEN out_no LIKE 'T___P%' THEN "
            f"CASE WHEN regexp_full_match(out_no, '{TAOBAO_ORDER}') THEN substr(out_no, 6) END "
            f"WHEN remark IS NOT NULL THEN coalesce({_FROM_REMARK}) END",
            "text",
        ),
        Expression(
            "order_no",
            "CASE WHEN type_movement IS NOT NULL THEN NULL WHEN named_order IS NOT NULL THEN named_order "
            f"WHEN type IN ('sale', 'refund', 'payment_fee') AND {_OWN_NUMBER} THEN out_no END",
            "text",
        ),
        Expression(
            "damaged",
            "order_no IS NULL AND type_movement IS NULL AND (out_no_damaged OR base_order_damaged OR "
            "coalesce(out_no LIKE 'T___P%', FALSE))",
            "bool",
        ),
        Expression(
            "key_state",
            key_state_sql(damaged="damaged", linked="type_linked"),
            "text",
        ),
    ),
    rejects=(Reject("cell.empty", "income IS NULL AND outgo IS NULL", "收入金额（+元）"),),
    flags=(Flag("key_damaged", "damaged", "商户订单号"),),
    emits=(
        Emit(
            kind="wallet_line",
            moment="happened",
            fields={
                "flow_no": "flow_no",
                "component": "''",
                "amount": "amount",
                "balance": "balance",
                "movement": "type_movement",
                "item": "wording",
                "order_no": "order_no",
                "trade_no": "trade_no",
                "payout_id": "CASE WHEN type_movement = 'payout' THEN flow_no END",
                "counterparty_hash": "party_hash",
                "counterparty_mask": "party_mask",
                "text": "remark",
            },
        ),
        Emit(
            kind="settlement_line",
            moment="happened",
            where="type_movement IS NULL AND (key_state <> 'none' OR type = 'unclassified')",
            fields={
                "flow_no": "flow_no",
                "component": "''",
                "order_no": "order_no",
                "key_state": "key_state",
                "type": "type",
                "item": "wording",
                "amount": "amount",
                "trade_no": "trade_no",
                "text": "remark",
            },
        ),
    ),
    footer=Footer(starts=("#",), expected=True),
    facts=(
        *STATED,
        Fact("out_count", r"#支出合计[：:]\s*(\S+?)笔"),
        Fact("out_sum", r"#支出合计[：:].*?共\s*(\S+?)元"),
        Fact("in_count", r"#收入合计[：:]\s*(\S+?)笔"),
        Fact("in_sum", r"#收入合计[：:].*?共\s*(\S+?)元"),
    ),
    totals=(
        Total("支出合计笔数", "out_count", "count(*) FILTER (amount < 0)"),
        Total("支出合计", "out_sum", "sum(amount) FILTER (amount < 0)"),
        Total("收入合计笔数", "in_count", "count(*) FILTER (amount > 0)"),
        Total("收入合计", "in_sum", "sum(amount) FILTER (amount > 0)"),
    ),
    balance=Balance(),
    currency="CNY",
    rank=30,
)

ALIPAY_FUND_FLOW = replace(
    ALIPAY_LEDGER,
    about=About(
        title=gettext_noop("Alipay fund ledger, as the web page lists it (支付宝资金流水)"),
        where=gettext_noop("b.alipay.com → 对账中心 → 账单 → 资金流水 → 下载, as Excel or CSV"),
        verified="documentation",
        note=gettext_noop("Order numbers are taken from 业务基础订单号, 商户订单号 (T200P...), 备注, in this order."),
    ),
    needs=(
        ("支付宝流水号",),
        ("入账时间",),
        ("收入（+元）", "收入金额（+元）"),
        ("支出（-元）", "支出金额（-元）"),
        ("账务类型", "业务描述"),
    ),
    marks=("支付宝资金流水", "资金流水"),
    file_name="资金流水|账务明细|动账",
    footer=Footer(starts=("#",)),
)

"""Pinduoduo 货款账单明细, the ledger of a shop's goods account: every movement, no balance. Known from
documentation and third parties' code; no file of ours.

Five lines before the header (the second is blank), footer lines with `#` in some exports: 支出合计, 收入合计, 导出时间.
支出 is negative. 业务描述 is a code and its words (`0010002|交易收入-订单收入`); older exports have words alone.
商户订单号 is the order (`YYMMDD-` and 15 digits), also on fees; withdrawals, deposits, transfers to the ad account and
delay penalties have none. Where it is blank, 备注 may name the order. No row has a number of its own: all its fields
are its flow number, identical rows are counted. A withdrawal is named by its time.

A row is a wallet line and, if it names an order or normally would, a settlement line.
"""

from __future__ import annotations

from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.spec import (
    About,
    Amount,
    Classified,
    Emit,
    Expression,
    Fact,
    Flag,
    Footer,
    Format,
    Identifier,
    Moment,
    Reject,
    Text,
    Total,
)
from huikuan.records.messages import gettext_noop

PDD_ORDER = "[0-9]{6}-[0-9]{12,20}"
_IN_WORDS = f"(?:^|[^0-9-])({PDD_ORDER})(?:[^0-9-]|$)"  # what somebody wrote of an order, in whatever words
_NUMBER = r"(\d[\d,]*(?:\.\d+)?)"

_WALLET = {
    "flow_no": "flow_no",
    "component": "''",
    "amount": "amount",
    "movement": "movement",
    "item": "wording",
    "order_no": "order_no",
    "trade_no": "CASE WHEN order_no IS NULL THEN out_no END",
    "text": "remark",
}
# A wallet without flow numbers names a payout by its time, the n-th at that moment by `-n`.
_NTH = "row_number() OVER (PARTITION BY happened_text ORDER BY source_row)"
_PAYOUT = f"happened_text || CASE WHEN {_NTH} > 1 THEN '-' || CAST({_NTH} AS VARCHAR) ELSE '' END"

PDD_BILLS = Format(
    id="pdd.bills",
    about=About(
        title=gettext_noop("Pinduoduo bill (拼多多货款账单明细)"),
        where=gettext_noop("cashier.pinduoduo.com → 对账中心 → 账单 → 导出, as CSV, Excel or ZIP"),
        verified="documentation",
        note=gettext_noop("The bill has no balance: its totals are compared where its footer states them."),
    ),
    needs=(
        ("商户订单号", "商家订单号", "商品订单号", "商户订单号或商品订单号"),
        ("发生时间",),
        ("收入金额（+元）", "收入（+元）", "收入金额", "收入金额（元）"),
        ("支出金额（-元）", "支出（-元）", "支出金额", "支出金额（元）"),
        ("账务类型", "业务描述"),
    ),
    lacks=(("账务流水号",), ("业务流水号",), ("账户余额（元）", "账户余额")),
    marks=("拼多多店铺账务明细查询", "交易记录明细列表"),
    file_name="拼多多|pdd|账务明细|货款",
    columns=(
        Identifier("out_no", ("商户订单号", "商家订单号", "商品订单号", "商户订单号或商品订单号")),
        Moment("happened", ("发生时间",), filled=True),
        Amount("income", ("收入金额（+元）", "收入（+元）", "收入金额", "收入金额（元）")),
        Amount("outgo", ("支出金额（-元）", "支出（-元）", "支出金额", "支出金额（元）")),
        Text("business", ("账务类型",)),
        Text("remark_text", ("备注",), scrub=True),
        Text("described", ("业务描述",)),
    ),
    values=(
        Expression("amount", "coalesce(income, 0) - abs(coalesce(outgo, 0))", "money"),
        Expression("remark", "nullif(remark_text, '-')", "text"),
        Expression("wording", "coalesce(nullif(described, '-'), business, '')", "text"),
        Classified("type", "wording", "pdd_items"),
        Expression(
            "movement",
            "CASE WHEN type_movement = 'payout' AND amount > 0 THEN 'payout_returned' ELSE type_movement END",
            "text",
        ),
        Expression(
            "order_no",
            f"CASE WHEN regexp_full_match(out_no, '{PDD_ORDER}') THEN out_no "
            "WHEN out_no IS NULL AND NOT out_no_damaged AND type_movement IS NULL "
            f"THEN nullif(regexp_extract(t_remark_text, '{_IN_WORDS}', 1), '') END",
            "text",
        ),
        Expression(
            "damaged",
            "order_no IS NULL AND type_linked AND (out_no_damaged OR out_no IS NOT NULL)",
            "bool",
        ),
        Expression(
            "key_state",
            key_state_sql(damaged="damaged", linked="type_linked"),
            "text",
        ),
        Expression(
            "happened_text",
            "coalesce(strftime(l_happened, '%Y%m%d%H%M%S'), strftime(happened_date, '%Y%m%d'))",
            "text",
        ),
        Expression(
            "flow_no",
            "concat_ws('|', happened_text, coalesce(out_no, ''), amount, wording, remark)",
            "text",
        ),
    ),
    rejects=(Reject("cell.empty", "income IS NULL AND outgo IS NULL", "收入金额（+元）"),),
    flags=(Flag("key_damaged", "damaged", "商户订单号"),),
    emits=(
        Emit("wallet_line", _WALLET, "happened", "coalesce(movement, '') <> 'payout'"),
        Emit("wallet_line", {**_WALLET, "payout_id": _PAYOUT}, "happened", "movement = 'payout'"),
        Emit(
            kind="settlement_line",
            moment="happened",
            where="movement IS NULL AND (key_state <> 'none' OR type = 'unclassified')",
            fields={
                "flow_no": "flow_no",
                "component": "''",
                "order_no": "order_no",
                "key_state": "key_state",
                "type": "type",
                "item": "wording",
                "amount": "amount",
                "text": "remark",
            },
        ),
    ),
    footer=Footer(starts=("#", "支出合计", "收入合计", "总计", "合计", "导出时间")),
    facts=(
        Fact("period_from", r"起始时间[：:]\s*([\d年月日/-]+(?: [\d:]+)?)"),
        Fact("period_to", r"终止时间[：:]\s*([\d年月日/-]+(?: [\d:]+)?)"),
        Fact("exported_at", r"导出时间[：:]\s*\[?([\d年月日/-]+(?: [\d:]+)?)"),
        Fact("out_count", rf"支出合计[：:]\s*{_NUMBER}\s*笔"),
        Fact("out_sum", rf"支出合计[：:].*?{_NUMBER}\s*元"),
        Fact("in_count", rf"收入合计[：:]\s*{_NUMBER}\s*笔"),
        Fact("in_sum", rf"收入合计[：:].*?{_NUMBER}\s*元"),
    ),
    totals=(
        Total("支出合计笔数", "out_count", "count(*) FILTER (amount < 0)"),
        Total("支出合计", "out_sum", "-sum(amount) FILTER (amount < 0)"),
        Total("收入合计笔数", "in_count", "count(*) FILTER (amount > 0)"),
        Total("收入合计", "in_sum", "sum(amount) FILTER (amount > 0)"),
    ),
    currency="CNY",
    rank=30,
)

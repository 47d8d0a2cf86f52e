"""JD settlement bill of a merchant: one row per order, item and fee. Four layouts, one declaration (from third parties'
code and documentation, no file of ours):

- 对账中心 → 账单明细: 费用名称, 应结金额, 结算状态. Only rows of the state 已结算 count; the others are bills still
  open, left out by the platform's own words. `--` is none.
- 费用明细: 费用名称, 金额 or 应结金额, 结算时间, without a state: a row with a 结算时间 is settled, one without
  is not yet.
- The workbook with the sheets 交易汇总 and 费用明细, headers in row 2 below a row of groups. Both sheets tell the same
  money, by item and by fee: the lines are those of 费用明细, 交易汇总 gives the control total.
- The wallet's day bill (京东钱包): 费用项, 金额, 费用结算时间, 钱包结算备注; order numbers may stand in `="..."`.

Amounts are signed, what the shop pays is negative. 货款 paid out is a refund. A row of 支出 with a positive amount
contradicts that: its amount is taken as paid out, and the row is told.

No row has a number of its own. The same line stands in all layouts with its order, item, fee, amount and payout batch
(商户订单号), so these are its flow number: a bill imported in another layout counts once. Where the batch is missing,
the day of settlement stands for it, and the batch is the date of the remark (`2026年9月19日商家结算款`), if there.
An order or batch that a spreadsheet program has cut is rejected: the line would count again with the file as it was.
"""

from __future__ import annotations

from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.spec import (
    ISO_DATES,
    ISO_TIMES,
    About,
    Amount,
    Choice,
    Classified,
    Companion,
    Day,
    Emit,
    Expression,
    Flag,
    Format,
    Identifier,
    Moment,
    Reject,
    Text,
    Total,
)
from huikuan.records.messages import gettext_noop, register

register(
    {
        "sign.contradicts": gettext_noop(
            "%(place)s, column “%(column)s”: “%(value)s” is positive, though the row is an expense. It was taken as "
            "paid out. Compare the total with the platform's own."
        ),
    }
)

_SETTLED = "('已结算', '结算完成')"
_BATCH_DAY = "([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日"
_CURRENCIES = {
    "CNY": "CNY", "RMB": "CNY", "人民币": "CNY", "元": "CNY", "--": "CNY", "-": "CNY",
    "USD": "USD", "美元": "USD", "HKD": "HKD", "港币": "HKD", "EUR": "EUR", "欧元": "EUR",
}  # fmt: skip

_SUMMARY = Format(
    id="jd.settlement",
    about=About("JD settlement summary (交易汇总)", "", "documentation"),
    needs=(("订单编号",), ("结算金额合计",), ("收入金额合计",), ("支出金额合计",)),
    lacks=(("费用名称", "费用项"),),
    columns=(
        Amount("settled_sum", ("结算金额合计",), filled=True),
        Moment("settled", ("结算时间",)),
    ),
    emits=(),
    ignored="settled_date IS NULL",
    short_rows="pad",
)

JD_SETTLEMENT = Format(
    id="jd.settlement",
    about=About(
        title=gettext_noop("JD settlement bill (京东结算账单)"),
        where=gettext_noop("shop.jd.com → 财务 → 对账中心 → 结算账单 → 已结算明细 → 导出, as CSV or Excel"),
        verified="documentation",
        note=gettext_noop(
            "Rows that are not settled yet are left out. The sheet 交易汇总 is compared with the fees, not counted."
        ),
    ),
    needs=(
        ("订单编号", "订单号"),
        ("费用名称", "费用项"),
        ("应结金额", "金额"),
        ("商品编号", "商品ID"),
        ("到账时间", "结算时间", "费用结算时间"),
        ("商户订单号", "资金动账备注", "钱包结算备注"),
    ),
    file_name="京东|结算|费用明细|orderSettleBill",
    columns=(
        Identifier("order_no", ("订单编号", "订单号")),
        Identifier("sku", ("商品编号", "商品ID")),
        Text("fee", ("费用名称", "费用项")),
        Amount("written", ("应结金额", "金额")),
        Text("side", ("收支方向", "费用分类", "商家应收/应付")),
        Text("state", ("结算状态",)),
        Moment("settled", ("到账时间", "结算时间", "费用结算时间")),
        Day("billed", ("账单生成时间", "账单日期", "对账日期"), formats=(*ISO_DATES, *ISO_TIMES)),
        Identifier("batch_no", ("商户订单号",)),
        Text("remark", ("资金动账备注", "钱包结算备注"), scrub=True),
        Choice("coin", ("币种",), _CURRENCIES),
        Identifier("wallet", ("钱包账户",)),
    ),
    values=(
        Expression("is_cost", "coalesce(side IN ('支出', '应付', '商家应付'), FALSE)", "bool"),
        Expression("contradicts", "is_cost AND written > 0", "bool"),
        Expression("amount", "CASE WHEN is_cost THEN -abs(written) ELSE written END", "money"),
        Expression("wording", "fee || CASE WHEN amount < 0 THEN '|支出' ELSE '|收入' END", "text"),
        Classified("type", "wording", "jd_items"),
        Expression("told", "nullif(nullif(state, '--'), '-')", "text"),
        Expression(
            "pending", f"CASE WHEN told IS NULL THEN settled_date IS NULL ELSE told NOT IN {_SETTLED} END", "bool"
        ),
        Expression("happened", "settled", "time"),
        Expression("happened_date", "coalesce(settled_date, billed_date)", "date"),
        Expression(
            "batch",
            f"CASE WHEN batch_no IS NOT NULL THEN batch_no WHEN regexp_matches(remark, '{_BATCH_DAY}') THEN "
            f"regexp_extract(remark, '{_BATCH_DAY}', 1) || lpad(regexp_extract(remark, '{_BATCH_DAY}', 2), 2, '0') || "
            f"lpad(regexp_extract(remark, '{_BATCH_DAY}', 3), 2, '0') END",
            "text",
        ),
        Expression(
            "flow_no",
            "concat_ws('|', coalesce(order_no, ''), coalesce(sku, ''), fee, amount, "
            "coalesce(batch_no, CAST(happened_date AS VARCHAR)))",
            "text",
        ),
        Expression(
            "key_state",
            key_state_sql(linked="type_linked"),
            "text",
        ),
    ),
    ignored="pending",
    rejects=(
        Reject("cell.empty", "NOT pending AND happened_date IS NULL", "到账时间"),
        Reject("cell.empty", "NOT pending AND written IS NULL", "应结金额"),
        Reject("cell.empty", "NOT pending AND fee IS NULL", "费用名称"),
        Reject("identifier.damaged", "NOT pending AND order_no_damaged", "订单编号"),
        Reject("identifier.damaged", "NOT pending AND batch_no_damaged", "商户订单号"),
    ),
    flags=(Flag("sign.contradicts", "contradicts AND NOT pending", "应结金额"),),
    emits=(
        Emit(
            kind="settlement_line",
            moment="happened",
            fields={
                "flow_no": "flow_no",
                "component": "''",
                "order_no": "order_no",
                "key_state": "key_state",
                "type": "type",
                "item": "fee",
                "amount": "amount",
                "batch": "batch",
                "sku": "sku",
                "text": "nullif(remark, '--')",
            },
        ),
    ),
    companions=(
        Companion(_SUMMARY, "settlement_line", (Total("交易汇总 结算金额合计", "sum(settled_sum)", "sum(amount)"),)),
    ),
    account_value="wallet",
    currency="CNY",
    currency_value="coin",
    rank=30,
)

"""Douyin 结算账单: what each sub-order was settled for, with every component.

From documentation (third parties' code). Row 2 explains the columns, data begin in row 3; numbers stand behind an
apostrophe; a row without order, sub-order and time states the file's sum. 结算单类型 `结算后退款-…` and 保证金退款 are
refunds: what their components do not explain is the refund itself. Costs are positive in some exports and negative in
others: 结算金额 = 收入合计 ± 支出合计 proves which. 结算前退款金额 is taken off what the buyer paid, but only where
收入合计 shows that it was (the fund bill tells the same net).
"""

from __future__ import annotations

from huikuan.formats.components import (
    Component,
    component_columns,
    component_emits,
    component_sum,
    proved_sign,
    proved_values,
    written_columns,
    written_sum,
)
from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.platforms.douyin_columns import DETAIL_RANK, FEES
from huikuan.formats.spec import (
    About,
    Amount,
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
from huikuan.records.messages import gettext_noop

_GAINS = (
    Component("paid", ("用户实付",), "sale"),
    Component("platform_subsidy", ("平台补贴",), "subsidy"),
    Component("other_subsidy", ("其他平台补贴",), "subsidy"),
    Component("government", ("政府补贴平台垫资",), "subsidy"),
    Component("influencer_subsidy", ("达人补贴",), "subsidy"),
    Component("pay_subsidy", ("抖音支付补贴",), "subsidy"),
    Component("monthly_subsidy", ("抖音月付营销补贴",), "subsidy"),
    Component("bank_subsidy", ("银行补贴",), "subsidy"),
    Component("trade_in", ("以旧换新抵扣",), "subsidy"),
    Component("freight_subsidy", ("平台补贴运费",), "subsidy"),
)
# The buyer's money of a refund is a refund, of a settlement a sale: one column, two components.
_SALE = Component("sale", ("用户实付",), "sale")
_REFUND = Component("refund", ("用户实付",), "refund")
_COMPONENTS = (_SALE, _REFUND, *_GAINS[1:], *FEES)
_REST = f"amount - {component_sum(_COMPONENTS)}"
_COSTS = f"coalesce(cost_sum, {written_sum(FEES)})"
_INCOME = f"coalesce(income_sum, {component_sum(_GAINS)})"
_FIELDS = {
    "flow_no": "flow_no",
    "order_no": "order_no",
    "key_state": key_state_sql(damaged="damaged"),
    "sku": "sku",
    "text": "remark",
}

DOUYIN_SETTLEMENT = Format(
    id="douyin.settlement",
    about=About(
        title=gettext_noop("Douyin shop settlement bill (抖店结算账单)"),
        where=gettext_noop("fxg.jinritemai.com → 资金 → 账单中心 → 结算账单, as CSV or Excel"),
        verified="documentation",
        note=gettext_noop("Corroborates the fund bill; counts for days of which no fund bill was imported."),
    ),
    needs=(("结算时间",), ("子订单号", "订单号"), ("结算金额",), ("结算单类型",), ("收入合计", "支出合计", "用户实付")),
    file_name="结算账单|结算明细",
    columns=(
        Moment("settled", ("结算时间",)),
        Identifier("bill_no", ("结算单号", "结算请求单号")),
        Identifier("main_no", ("订单号", "店铺单号")),
        Identifier("sub_no", ("子订单号",)),
        Amount("written", ("结算金额",)),
        Text("kind", ("结算单类型",)),
        Identifier("sku", ("商品ID",)),
        Text("remark", ("备注",), scrub=True),
        Amount("income_sum", ("收入合计",)),
        Amount("cost_sum", ("支出合计",)),
        Amount("w_before", ("结算前退款金额",)),
        *component_columns(_GAINS),
        *written_columns(FEES),
    ),
    values=(
        Expression("order_no", "coalesce(main_no, sub_no)", "text"),
        Expression("damaged", "order_no IS NULL AND (main_no_damaged OR sub_no_damaged)", "bool"),
        Expression("is_refund", "contains(coalesce(kind, ''), '退款')", "bool"),
        Expression("amount", "CASE WHEN is_refund THEN -abs(written) ELSE written END", "money"),
        Expression("is_sum", "order_no IS NULL AND NOT damaged AND settled_date IS NULL", "bool"),
        Expression(
            "cost_sign", proved_sign("amount", _INCOME, _COSTS, f"CASE WHEN {_COSTS} > 0 THEN -1 ELSE 1 END"), "int"
        ),
        *proved_values(FEES, "cost_sign"),
        Expression(
            "refunded_before",
            f"CASE WHEN income_sum <> {component_sum(_GAINS)} AND income_sum = {component_sum(_GAINS)} - abs(w_before) "
            "THEN abs(w_before) ELSE 0 END",
            "money",
        ),
        Expression("sale", "CASE WHEN NOT is_refund THEN coalesce(paid, 0) - refunded_before END", "money"),
        Expression("refund", "CASE WHEN is_refund THEN -abs(paid) END", "money"),
        Expression(
            "flow_no",
            "coalesce(bill_no, concat_ws('|', coalesce(sub_no, main_no), strftime(l_settled, '%Y%m%d%H%M%S'), "
            "kind, amount))",
            "text",
        ),
    ),
    # The explanations below the header: no order, no time, and words where the amount would be.
    skip_rows=(
        "source_row <= header_row + 3 AND settled_date IS NULL AND written IS NULL AND "
        "NOT regexp_matches(coalesce(order_no, ''), '[0-9]{6}')"
    ),
    rejects=(
        Reject("cell.empty", "settled_date IS NULL AND NOT is_sum", "结算时间"),
        Reject("cell.empty", "written IS NULL", "结算金额"),
    ),
    flags=(Flag("key_damaged", "damaged", "订单号"),),
    ignored="is_sum",
    emits=(
        *component_emits(_COMPONENTS, moment="settled", fields=_FIELDS),
        Emit(
            "settlement_line",
            {
                **_FIELDS,
                "component": "'rest'",
                "type": "CASE WHEN is_refund THEN 'refund' ELSE 'unclassified' END",
                "item": "coalesce(kind, 'rest')",
                "amount": _REST,
            },
            "settled",
            f"{_REST} <> 0",
        ),
    ),
    totals=(
        Total(
            "结算金额",
            "sum(written) FILTER (is_sum)",
            "sum(written) FILTER (NOT is_sum)",
            in_rows=True,
        ),
    ),
    currency="CNY",
    rank=DETAIL_RANK,
)

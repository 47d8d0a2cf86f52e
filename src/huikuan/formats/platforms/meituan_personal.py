"""Meituan 交易账单 of a personal account. Checked against a real file. `personal_bills` says what a row is worth.

实付金额 is what was paid (订单金额 is before discounts). A refund is a row 退款, 收入, with a number of its own. 还款
pays what was bought on 美团月付: a row 支出 like the purchase before it, marked `transfer`; Meituan's own total of
支出 leaves it out, and warns that its sums may differ.
"""

from __future__ import annotations

from huikuan.formats.platforms.personal_bills import NOT_DONE, ORDER_NO, SIDES, STATED, Sides, stated_text, wallet_emit
from huikuan.formats.spec import (
    About,
    Amount,
    Choice,
    Expression,
    Fact,
    Flag,
    Format,
    Identifier,
    Moment,
    Text,
)
from huikuan.records.messages import gettext_noop

_STATED = Sides()

MEITUAN_PERSONAL = Format(
    id="meituan.personal",
    about=About(
        title=gettext_noop("Meituan bill of a personal account (美团交易账单)"),
        where=gettext_noop("Meituan app → 我的 → 钱包 → 账单 → 导出, as CSV or ZIP with its password"),
        verified="real file",
        note=gettext_noop("Neutral rows are signed only where their own words say which way the money went."),
    ),
    needs=(("交易创建时间",), ("交易类型",), ("订单标题",), ("收/支",), ("实付金额", "实付金额（元）"), ("交易单号",)),
    marks=("美团交易账单明细",),
    file_name="美团交易账单|美团账单",
    columns=(
        Moment("created", ("交易创建时间",), filled=True),
        Moment("done", ("交易成功时间",)),
        Text("kind", ("交易类型",), filled=True),
        Text("goods", ("订单标题",), scrub=True),
        Choice("side", ("收/支",), SIDES, filled=True),
        Text("means", ("支付方式",)),
        Amount("before", ("订单金额", "订单金额（元）")),
        Amount("gross", ("实付金额", "实付金额（元）"), filled=True),
        Identifier("flow_no", ("交易单号",), filled=True),
        Identifier("out_no", ("商家单号", "商户单号")),
        Text("status", ("交易状态", "当前状态")),
        Text("note", ("备注",), scrub=True),
    ),
    values=(
        Expression("happened", "coalesce(done, created)", "time"),
        Expression("happened_date", "coalesce(done_date, created_date)", "date"),
        Expression("counted", "gross", "money"),
        Expression(
            "way",
            "CASE WHEN side <> 'neutral' THEN side WHEN kind = '退款' THEN 'in' WHEN kind = '提现' THEN 'payout' "
            "WHEN kind = '充值' THEN 'topup' ELSE 'within' END",
            "text",
        ),
        Expression(
            "amount",
            "CASE WHEN way IN ('in', 'topup') THEN gross WHEN way IN ('out', 'payout') THEN -gross ELSE 0 END",
            "money",
        ),
        Expression(
            "movement",
            "CASE WHEN way IN ('payout', 'topup') THEN way WHEN way = 'within' OR kind = '还款' THEN 'transfer' END",
            "text",
        ),
        Expression("party_hash", "NULL", "text"),
        Expression("party_mask", "NULL", "text"),
        ORDER_NO,
        stated_text("goods", "means", "nullif(note, '/')"),
    ),
    flags=(Flag("key_damaged", "out_no_damaged", "商家单号"),),
    ignored=f"regexp_matches(coalesce(status, ''), '{NOT_DONE}|关闭')",
    emits=(wallet_emit("''", "kind"),),
    facts=(Fact("account", r"美团(?:用户名|账号)[：:]\s*\[?([^\]\s,]+)"), *STATED, *_STATED.facts),
    totals=_STATED.totals,
    currency="CNY",
    short_rows="pad",
)

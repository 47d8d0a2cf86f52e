"""JD 京东账单 of a personal account. Checked against a real file. `personal_bills` says what a row is worth; JD's
traps:

- The amount may carry a remark: `131.77(已退款89.84)`, `468.32(已全额退款)`. The row keeps its full amount, the
  refund is a row of its own (退款成功, 不计收支) with the same order number. JD's own total of 支出 is without what
  was refunded.
- A trade refunded in full is counted as neither: it is taken off, and its refunds are added.
- 先享后付 is not paid yet: 0; the payment follows as a row 支出.

Order numbers repeat: kind and time of the row are part of the key.
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
    Person,
    Text,
)
from huikuan.records.messages import gettext_noop

_STATED = Sides()
_REMARK = "[（(]已(?:全额)?退款[^（()）]*[）)]"

JD_PERSONAL = Format(
    id="jd.personal",
    about=About(
        title=gettext_noop("JD bill of a personal account (京东账单)"),
        where=gettext_noop("JD app → 我的 → 我的钱包 → 账单 → 导出, as CSV or ZIP"),
        verified="real file",
        note=gettext_noop("Neutral rows are signed only where their own words say which way the money went."),
    ),
    needs=(("交易时间",), ("商户名称",), ("交易说明",), ("金额", "金额（元）"), ("收/支",), ("交易订单号",)),
    marks=("京东账号名",),
    file_name="京东交易流水|京东账单",
    columns=(
        Moment("happened", ("交易时间",), filled=True),
        Person("party", ("商户名称",)),
        Text("goods", ("交易说明",), scrub=True),
        Amount("gross", ("金额", "金额（元）"), filled=True, remark=_REMARK),
        Text("written", ("金额", "金额（元）")),
        Text("means", ("收/付款方式",)),
        Text("status", ("交易状态",), filled=True),
        Choice("side", ("收/支",), SIDES, filled=True),
        Text("category", ("交易分类",)),
        Identifier("flow_no", ("交易订单号",), filled=True),
        Identifier("out_no", ("商家订单号",)),
        Text("note", ("备注",), scrub=True),
    ),
    values=(
        Expression(
            "refunded",
            "CASE WHEN contains(written, '已全额退款') THEN gross "
            "ELSE coalesce(TRY_CAST(nullif(regexp_extract(written, "
            "'已退款[¥￥]?([0-9]+([.][0-9]{1,5})?)', 1), '') AS DECIMAL(18,5)), 0) END",
            "money",
        ),
        Expression("counted", "gross - refunded", "money"),
        Expression(
            "way",
            "CASE WHEN side <> 'neutral' THEN side WHEN status = '退款成功' OR starts_with(goods, '退款-') THEN 'in' "
            "WHEN refunded > 0 THEN 'out' WHEN starts_with(category, '先享后付') THEN 'later' ELSE 'within' END",
            "text",
        ),
        Expression("amount", "CASE way WHEN 'in' THEN gross WHEN 'out' THEN -gross ELSE 0 END", "money"),
        Expression("movement", "CASE WHEN way = 'within' THEN 'transfer' END", "text"),
        ORDER_NO,
        stated_text("goods", "means", "status", "CASE WHEN refunded > 0 THEN written END", "note"),
    ),
    flags=(Flag("key_damaged", "out_no_damaged", "商家订单号"),),
    ignored=f"regexp_matches(status, '{NOT_DONE}|关闭')",
    emits=(wallet_emit("concat_ws('|', status, CAST(happened AS VARCHAR))", "category"),),
    facts=(Fact("account", r"京东账号名?[：:]\s*\[?([^\]\s,]+)"), *STATED, *_STATED.facts),
    totals=_STATED.totals,
    currency="CNY",
    short_rows="pad",
)

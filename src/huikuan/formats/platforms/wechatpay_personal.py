"""WeChat Pay 账单流水 of a personal account, as CSV or Excel, the layout of 2025 (numbers, a line on the time zone)
too.

Checked against real files. `personal_bills` says what a row is worth. The account is 零钱 and 零钱通 together:

- 零钱提现 and 零钱通转出 to a bank leave it, 零钱充值 and 转入零钱通 from a bank come in; between the two it is 0.
- Other neutral rows (信用卡还款, 购买理财通) leave it if they were paid from 零钱 or 零钱通, else they pass it by: 0.
- The fee of a withdrawal (`服务费¥0.10` in the remark) is inside its amount: it becomes a line of its own, and the
  payout is what reaches the bank.

Status 已退款(￥39.93) or 已全额退款 stands on the original, which keeps its full amount; the refund is a row of its
own. A trade number may repeat: the kind of trade is part of the key. A workbook may hold the same rows in two sheets.
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

_OWN = "(means IN ('零钱', '零钱通') OR starts_with(means, '零钱&') OR starts_with(means, '零钱通&'))"
_STATED = Sides("中性交易")

WECHATPAY_PERSONAL = Format(
    id="wechatpay.personal",
    about=About(
        title=gettext_noop("WeChat Pay bill of a personal account (微信支付账单流水)"),
        where=gettext_noop("WeChat → 我 → 服务 → 钱包 → 账单 → 下载账单, as CSV, Excel or ZIP with its password"),
        verified="real file",
        note=gettext_noop("Neutral rows are signed only where their own words say which way the money went."),
    ),
    needs=(("交易时间",), ("交易类型",), ("收/支",), ("金额（元）", "金额"), ("当前状态",), ("交易单号",)),
    marks=("微信支付账单明细",),
    file_name="微信支付账单",
    columns=(
        Moment("happened", ("交易时间",), filled=True),
        Text("kind", ("交易类型",), filled=True),
        Person("party", ("交易对方",)),
        Text("goods", ("商品",), scrub=True),
        Choice("side", ("收/支",), SIDES, filled=True),
        Amount("gross", ("金额（元）", "金额"), filled=True),
        Text("means", ("支付方式",)),
        Text("status", ("当前状态",), filled=True),
        Identifier("flow_no", ("交易单号",), filled=True),
        Identifier("out_no", ("商户单号",)),
        Text("remark", ("备注",), scrub=True),
    ),
    values=(
        Expression("counted", "gross", "money"),
        Expression("neutral", "side = 'neutral'", "bool"),
        Expression(
            "way",
            "CASE WHEN NOT neutral THEN side "
            "WHEN contains(kind, '提现') THEN 'payout' "
            "WHEN starts_with(kind, '零钱通转出') THEN CASE WHEN regexp_matches(kind, '到零钱$') THEN 'within' "
            "WHEN regexp_matches(kind, '[到至].') THEN 'payout' ELSE 'within' END "
            "WHEN contains(kind, '零钱充值') THEN 'topup' "
            "WHEN starts_with(kind, '转入零钱通') THEN CASE WHEN regexp_matches(kind, '来自零钱$') THEN 'within' "
            "WHEN contains(kind, '来自') THEN 'topup' ELSE 'within' END "
            "WHEN contains(kind, '退款') THEN 'in' "
            f"WHEN {_OWN} THEN 'away' ELSE 'within' END",
            "text",
        ),
        Expression(
            "fee",
            "CASE WHEN way = 'payout' THEN coalesce(TRY_CAST(nullif(regexp_extract(remark, "
            "'服务费[ :：]*[¥￥]?([0-9]+([.][0-9]{1,5})?)', 1), '') AS DECIMAL(18,5)), 0) ELSE 0 END",
            "money",
        ),
        Expression(
            "amount",
            "CASE WHEN way IN ('in', 'topup') THEN gross WHEN way = 'payout' THEN fee - gross "
            "WHEN way IN ('out', 'away') THEN -gross ELSE 0 END",
            "money",
        ),
        Expression(
            "movement",
            "CASE WHEN way IN ('payout', 'topup') THEN way WHEN way IN ('away', 'within') THEN 'transfer' END",
            "text",
        ),
        ORDER_NO,
        stated_text("nullif(goods, '/')", "nullif(means, '/')", "status", "nullif(remark, '/')"),
    ),
    flags=(Flag("key_damaged", "out_no_damaged", "商户单号"),),
    ignored=f"regexp_matches(status, '{NOT_DONE}|交易关闭')",
    emits=(
        wallet_emit("kind", "kind"),
        wallet_emit("kind || ' 服务费'", "'服务费'", amount="-fee", movement="NULL", where="fee > 0"),
    ),
    facts=(Fact("account", r"微信(?:昵称|号)[：:]\s*\[?([^\]\s,]+)"), *STATED, *_STATED.facts),
    totals=_STATED.totals,
    currency="CNY",
    short_rows="pad",
)

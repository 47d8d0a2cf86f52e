"""Alipay 交易明细 of a personal account: the layout since 2021 (24 lines before the header, 12 columns) and the
older one (4 lines, 16 columns, totals at the end). The newer one was checked against real files, the older
follows third parties' code. `personal_bills` says what a row is worth; Alipay's own traps:

- A trade that was refunded in full is 交易关闭, still counted as 支出, and its refund is a row 退款成功 that is
  counted as neither: −50.00 and +50.00. So a closed trade counts if it is 支出, or if it names the means it was paid
  with; a closed trade that Alipay counts as neither and that names no means was never paid: it is ignored.
- Neutral rows are signed by their words: 提现 and 转出到银行卡 leave, 充值-… and 收益发放 come in, a fund sold to
  余额宝 and what is put into 余额宝 from a bank come in, a fund bought or a loan repaid from 余额 or 余额宝 leaves.
  余额 and 余额宝 are one account: between them it is 0.
- The older layout has 资金状态, what really moved: 已收入, 已支出, 资金转移; 待支出 and 待收入 are pending and blank
  is a trade without a payment, both are ignored. 服务费 and 成功退款 only go into the text. Where its file comes
  without 资金状态, 收/支 and 交易状态 tell instead, as in the newer layout.

The company's name in the last line of the preamble varies, and names and cells are padded with blanks.
"""

from __future__ import annotations

from dataclasses import replace

from huikuan.formats.platforms.personal_bills import NOT_DONE, ORDER_NO, SIDES, STATED, Sides, stated_text, wallet_emit
from huikuan.formats.spec import (
    About,
    Amount,
    Choice,
    Expression,
    Fact,
    Flag,
    Footer,
    Format,
    Identifier,
    Moment,
    Person,
    Text,
    Total,
)
from huikuan.records.messages import gettext_noop

_STATED = Sides()
_ACCOUNT = (
    Fact("account", r"支付宝账[户号][：:]\s*\[?([^\]\s,]+)"),
    Fact("account", r"^#?账[户号][：:]\s*\[?([^\]\s,]+)"),
)
_FROM_BALANCE = "regexp_matches(coalesce(means, ''), '余额')"
# What a row means that Alipay counts as neither income nor expense, by its title and category.
_NEUTRAL_WAY = (
    "WHEN regexp_matches(title, '收益发放') THEN 'in' "
    "WHEN regexp_matches(title, '^提现|-提现|余额提现|转出[到至].*(银行|卡)') THEN 'payout' "
    "WHEN regexp_matches(title, '^(充值-|余额充值)') THEN 'topup' "
    "WHEN regexp_matches(title, '卖出[到至]余额') THEN 'back' "
)
_REFUNDED = "(status = '退款成功' OR starts_with(title, '退款-'))"
_AMOUNT = Expression(
    "amount",
    "CASE WHEN way IN ('in', 'topup', 'back') THEN gross WHEN way IN ('out', 'payout', 'away') THEN -gross ELSE 0 END",
    "money",
)
_MOVEMENT = Expression(
    "movement",
    "CASE WHEN way IN ('payout', 'topup') THEN way WHEN way IN ('back', 'away', 'within') THEN 'transfer' END",
    "text",
)
_WHERE = gettext_noop("Alipay app → 我的 → 账单 → ··· → 开具交易流水证明 or 下载账单, as CSV or ZIP with its password")

ALIPAY_PERSONAL = Format(
    id="alipay.personal",
    about=About(
        title=gettext_noop("Alipay bill of a personal account (支付宝交易明细)"),
        where=_WHERE,
        verified="real file",
        note=gettext_noop("Neutral rows are signed only where their own words say which way the money went."),
    ),
    needs=(
        ("交易时间", "记录时间"),
        ("交易分类", "业务类型"),
        ("收/支",),
        ("金额", "金额（元）"),
        ("交易状态",),
        ("交易订单号",),
    ),
    lacks=(("商户名称",), ("当前状态",)),
    marks=("支付宝账户", "电子客户回单"),
    file_name="支付宝交易明细|alipay_record",
    columns=(
        Moment("happened", ("交易时间", "记录时间"), filled=True),
        Text("category", ("交易分类", "业务类型")),
        Person("party", ("交易对方",)),
        Text("goods", ("商品说明", "商品名称"), scrub=True),
        Choice("side", ("收/支",), SIDES, filled=True),
        Amount("gross", ("金额", "金额（元）"), filled=True),
        Text("means", ("收/付款方式",)),
        Text("status", ("交易状态",), filled=True),
        Identifier("flow_no", ("交易订单号",), filled=True),
        Identifier("out_no", ("商家订单号", "商户订单号")),
        Text("remark", ("备注",), scrub=True),
    ),
    values=(
        Expression("counted", "gross", "money"),
        Expression("closed", "regexp_matches(status, '关闭')", "bool"),
        Expression("title", "coalesce(goods, '')", "text"),
        Expression(
            "way",
            f"CASE WHEN side <> 'neutral' THEN side WHEN {_REFUNDED} OR category = '退款' THEN 'in' "
            "WHEN closed THEN 'out' "
            f"WHEN regexp_matches(title, '余额宝.*转入') AND means IS NOT NULL AND NOT {_FROM_BALANCE} THEN 'topup' "
            f"{_NEUTRAL_WAY}WHEN regexp_matches(concat(title, status), '买入|还款') AND {_FROM_BALANCE} THEN 'away' "
            "ELSE 'within' END",
            "text",
        ),
        _AMOUNT,
        _MOVEMENT,
        ORDER_NO,
        stated_text("goods", "means", "status", "remark"),
    ),
    flags=(Flag("key_damaged", "out_no_damaged", "商家订单号"),),
    ignored=f"regexp_matches(status, '{NOT_DONE}') OR (closed AND side = 'neutral' AND means IS NULL)",
    emits=(wallet_emit("''", "category"),),
    footer=Footer(starts=("---", "共")),
    facts=(*_ACCOUNT, *STATED, *_STATED.facts),
    totals=_STATED.totals,
    currency="CNY",
    short_rows="pad",
)

ALIPAY_PERSONAL_OLD = Format(
    id="alipay.personal",
    about=About(
        title=gettext_noop("Alipay bill of a personal account, layout to 2021 (支付宝交易记录明细)"),
        where=_WHERE,
        verified="documentation",
        note=gettext_noop("资金状态 says what really moved; pending and unpaid trades are ignored."),
    ),
    needs=(("交易号",), ("交易创建时间",), ("金额（元）", "金额"), ("收/支",), ("交易状态",), ("资金状态",)),
    marks=("支付宝交易记录明细查询", "交易记录明细列表"),
    file_name="alipay_record",
    columns=(
        Identifier("flow_no", ("交易号",), filled=True),
        Identifier("out_no", ("商家订单号", "商户订单号")),
        Moment("created", ("交易创建时间",), filled=True),
        Moment("paid_at", ("付款时间",)),
        Text("business", ("类型",)),
        Person("party", ("交易对方",)),
        Text("goods", ("商品名称",), scrub=True),
        Amount("gross", ("金额（元）", "金额"), filled=True),
        Choice("side", ("收/支",), SIDES),
        Text("status", ("交易状态",), filled=True),
        Amount("fee", ("服务费（元）", "服务费")),
        Amount("refunded", ("成功退款（元）", "成功退款")),
        Text("remark", ("备注",), scrub=True),
        Choice(
            "funds",
            ("资金状态",),
            {
                "已收入": "in",
                "已支出": "out",
                "资金转移": "moved",
                "冻结": "held",
                "解冻": "held",
                "待收入": "pending",
                "待支出": "pending",
            },
        ),
    ),
    values=(
        Expression("happened", "coalesce(paid_at, created)", "time"),
        Expression("happened_date", "coalesce(paid_at_date, created_date)", "date"),
        Expression("title", "coalesce(goods, '')", "text"),
        Expression(
            "way",
            f"CASE WHEN funds IN ('in', 'out') THEN funds WHEN funds = 'held' THEN 'within' {_NEUTRAL_WAY}"
            "ELSE 'within' END",
            "text",
        ),
        _AMOUNT,
        _MOVEMENT,
        ORDER_NO,
        stated_text(
            "goods",
            "status",
            "CASE WHEN fee <> 0 THEN concat('服务费 ', CAST(fee AS DECIMAL(18,2))) END",
            "CASE WHEN refunded <> 0 THEN concat('成功退款 ', CAST(refunded AS DECIMAL(18,2))) END",
            "remark",
        ),
    ),
    flags=(Flag("key_damaged", "out_no_damaged", "商家订单号"),),
    ignored=f"funds IS NULL OR funds = 'pending' OR regexp_matches(status, '{NOT_DONE}')",
    emits=(wallet_emit("''", "business"),),
    footer=Footer(starts=("---", "共"), expected=True),
    facts=(
        *_ACCOUNT,
        *STATED,
        Fact("row_count", r"^共\s*(\S+?)笔"),
        Fact("in_count", r"已收入[：:]\s*(\S+?)笔"),
        Fact("in_sum", r"已收入[：:]\s*\S+?笔[，,]\s*(\S+?)元"),
        Fact("out_count", r"已支出[：:]\s*(\S+?)笔"),
        Fact("out_sum", r"已支出[：:]\s*\S+?笔[，,]\s*(\S+?)元"),
    ),
    totals=(
        Total("记录笔数", "row_count", "count(*)"),
        Total("已收入笔数", "in_count", "count(*) FILTER (funds = 'in')"),
        Total("已收入", "in_sum", "sum(gross) FILTER (funds = 'in')"),
        Total("已支出笔数", "out_count", "count(*) FILTER (funds = 'out')"),
        Total("已支出", "out_sum", "sum(gross) FILTER (funds = 'out')"),
    ),
    currency="CNY",
    short_rows="pad",
)

_WITHOUT_FUNDS = Expression(
    "way",
    f"CASE WHEN side IN ('in', 'out') THEN side WHEN {_REFUNDED} THEN 'in' {_NEUTRAL_WAY}ELSE 'within' END",
    "text",
)
ALIPAY_PERSONAL_OLD_BARE = replace(
    ALIPAY_PERSONAL_OLD,
    about=replace(
        ALIPAY_PERSONAL_OLD.about,
        title=gettext_noop("Alipay bill of a personal account, older layout without 资金状态"),
        note=gettext_noop("Neutral rows are signed only where their own words say which way the money went."),
    ),
    needs=ALIPAY_PERSONAL_OLD.needs[:-1],
    lacks=(("资金状态",),),
    values=tuple(_WITHOUT_FUNDS if each.name == "way" else each for each in ALIPAY_PERSONAL_OLD.values),
    ignored=f"regexp_matches(status, '{NOT_DONE}') OR coalesce(side, 'neutral') = 'neutral' AND status LIKE '%关闭%'",
    footer=Footer(starts=("---", "共")),
    totals=ALIPAY_PERSONAL_OLD.totals[:1],
)

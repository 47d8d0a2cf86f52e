"""Ledger export (序时账, 凭证列表) of 金蝶, 用友 and the like: one row per posting.

Source: third parties' importers that read such exports of several programs (read 2026-11); programs differ in headers
and order, so columns are bound by their usual names. A voucher's number begins anew each month: the month is put before
it. A red posting is a negative amount on its own side. Proof: debit and credit are equal in all, and per voucher; a row
合计 below is compared too. Where a program writes date and voucher only on a voucher's first line, the others are
rejected: export with 每行显示凭证号, or fill the cells.
"""

from huikuan.formats.spec import (
    About,
    Amount,
    Balanced,
    Day,
    Emit,
    Expression,
    Fact,
    Footer,
    Format,
    Identifier,
    Reject,
    Text,
    Total,
)
from huikuan.records.messages import gettext_noop

LEDGER_JOURNAL = Format(
    id="ledger.journal",
    about=About(
        gettext_noop("Ledger journal (序时账)"),
        gettext_noop("Kingdee, Yonyou → 序时账 or 凭证 → export, as Excel or CSV"),
        "documentation",
        gettext_noop("Postings of the merchant's books; debit and credit must be equal for each voucher."),
    ),
    needs=(
        ("凭证字号", "凭证号", "凭证号数", "凭证编号"),
        ("科目编码", "科目代码", "科目编号"),
        ("借方金额", "借方", "借方发生额", "借方本币", "借方金额(本位币)"),
        ("贷方金额", "贷方", "贷方发生额", "贷方本币", "贷方金额(本位币)"),
    ),
    columns=(
        Day("posted", ("日期", "凭证日期", "制单日期", "记账日期", "业务日期")),
        Text("word", ("凭证字",)),
        Identifier("voucher", ("凭证字号", "凭证号", "凭证号数", "凭证编号")),
        Identifier("line", ("分录号", "行号", "分录序号")),
        Identifier("account_code", ("科目编码", "科目代码", "科目编号")),
        Text("account_name", ("科目名称", "科目全名", "会计科目")),
        Text("summary", ("摘要", "凭证摘要"), scrub=True),
        Amount("debit_side", ("借方金额", "借方", "借方发生额", "借方本币", "借方金额(本位币)")),
        Amount("credit_side", ("贷方金额", "贷方", "贷方发生额", "贷方本币", "贷方金额(本位币)")),
        Text("party", ("往来单位", "客户", "客户名称", "供应商", "单位名称")),
    ),
    values=(
        Expression(
            "sums",
            "posted_date IS NULL AND voucher IS NULL AND regexp_full_match("
            "coalesce(summary, account_name, account_code, ''), '[ 　]*(本期|本月|本年)?(合|总|累)[ 　]*计.*')",
            "bool",
        ),
        Expression("grand", "sums AND NOT regexp_matches(coalesce(summary, account_name, ''), '月|年|期')", "bool"),
        Expression("number", "coalesce(word || '-', '') || voucher", "text"),
        Expression("voucher_key", "strftime(posted_date, '%Y-%m') || ' ' || number", "text"),
        Expression("debit", "coalesce(debit_side, 0)", "money"),
        Expression("credit", "coalesce(credit_side, 0)", "money"),
        Expression(
            "named", "nullif(regexp_extract(summary, '订单(?:编号|号)?[:：#]? ?([0-9-]{10,25})', 1), '')", "text"
        ),
    ),
    rejects=(
        Reject("cell.empty", "posted_date IS NULL AND NOT sums", "日期"),
        Reject("cell.empty", "voucher IS NULL AND NOT voucher_damaged AND NOT sums", "凭证字号"),
        Reject("identifier.damaged", "voucher_damaged", "凭证字号"),
        Reject("cell.empty", "account_code IS NULL AND NOT sums", "科目编码"),
    ),
    ignored="sums",  # rows of sums among the postings
    emits=(
        Emit(
            kind="ledger_line",
            moment="posted",
            fields={
                "voucher_no": "voucher_key",
                "account_code": "account_code",
                "account_name": "account_name",
                "debit": "debit",
                "credit": "credit",
                "order_no": "named",
                "counterparty": "party",
                "text": "summary",
            },
        ),
    ),
    footer=Footer(starts=("合计", "总计", "本期合计", "制表人", "打印"), to_end=True),
    facts=(
        Fact("total_debit", r"^(?:合计|总计|本期合计)[^0-9-]*(-?[\d,]+\.\d{2})"),
        Fact("total_credit", r"^(?:合计|总计|本期合计)[^0-9-]*-?[\d,]+\.\d{2}[^0-9-]+(-?[\d,]+\.\d{2})"),
    ),
    totals=(
        Total("借方 = 贷方", "sum(credit) FILTER (NOT sums)", "sum(debit) FILTER (NOT sums)", in_rows=True),
        Total("合计 借方", "max(debit) FILTER (grand)", "sum(debit) FILTER (NOT sums)", in_rows=True),
        Total("合计 贷方", "max(credit) FILTER (grand)", "sum(credit) FILTER (NOT sums)", in_rows=True),
        Total("合计 借方", "total_debit", "sum(debit) FILTER (NOT sums)"),
        Total("合计 贷方", "total_credit", "sum(credit) FILTER (NOT sums)"),
    ),
    balanced=Balanced("凭证", "voucher_key", "debit", "credit"),
    currency="CNY",
)

# ruff: noqa: E501 - one line a file
"""What must become of every sample file, and the golden totals of the samples: both written by hand.

Each verdict was held against the file and its index (what it was cut, masked or broken by); the golden totals were counted
independently. `scripts/samples_doc.py` shows both beside what was read.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Golden:
    """A golden total: what `query` gives over the records (`{kind}` is the table of a kind's records of all the files
    under `path`, a file or folder)."""

    path: str
    tells: str
    query: str
    expected: tuple[int | Decimal, ...]


def money(text: str) -> Decimal:
    """An amount as written."""
    return Decimal(text)


_IN_OUT = (
    "SELECT count(*), coalesce(sum(amount) FILTER (amount > 0), 0), -coalesce(sum(amount) FILTER (amount < 0), 0) FROM "
)
_BILL = "wechatpay/merchant_bill"
_AMAZON = "SELECT sum(amount) FILTER (item <> 'total-amount'), -sum(amount) FILTER (item = 'total-amount') FROM {settlement_line}"
_OUTGO = "WHERE movement IS NULL"


def _amazon(name: str, total: str) -> Golden:
    return Golden(
        f"amazon/settlement_v2/{name}.txt", "Σ amounts = stated total", _AMAZON, (Decimal(total), Decimal(total))
    )


GOLDEN = (
    Golden("alipay/merchant_bill", "6 trades, 4 refunds, net, fees",
           "SELECT count(*) FILTER (type = 'sale'), sum(amount) FILTER (type = 'sale'), count(*) FILTER (type = 'refund'), sum(amount) FILTER (type = 'refund'), coalesce(sum(amount) FILTER (type LIKE '%fee%'), 0) FROM {settlement_line}",
           (6, money("0.06"), 4, money("-0.04"), money("0.00"))),
    Golden(f"{_BILL}/tradebill_all.csv", "3 trades", _IN_OUT + "{settlement_line}", (3, money("0.03"), 0)),
    Golden(f"{_BILL}/tradebill_all.csv.gz", "3 trades", _IN_OUT + "{settlement_line}", (3, money("0.03"), 0)),
    Golden(f"{_BILL}/tradebill_success.csv", "1 trade", _IN_OUT + "{settlement_line}", (1, money("0.01"), 0)),
    Golden(f"{_BILL}/tradebill_refund.csv", "2 refunds", _IN_OUT + "{settlement_line}", (2, 0, money("0.02"))),
    Golden(f"{_BILL}/fundflowbill_basic.csv", "2 rows, 0.02 out", _IN_OUT + "{wallet_line}", (2, 0, money("0.02"))),
    Golden(f"{_BILL}/fundflowbill_basic.csv.gz", "2 rows, 0.02 out", _IN_OUT + "{wallet_line}", (2, 0, money("0.02"))),
    Golden("tmall/order_report", "rows, 总金额, 实际支付, 退款, paid, refunded, in full",
           "SELECT count(*), sum(list_amount), sum(paid - refunded), sum(refunded), count(paid_at), count(*) FILTER (refunded > 0), count(*) FILTER (status = 'refunded') FROM {order_line}",
           (28_010, money("2995760.61"), money("1902487.15"), money("572335.92"), 24_087, 5_646, 5_132)),
    _amazon("50011020300", "-321.69"),
    _amazon("50018020314", "-62.31"),
    _amazon("50034020328", "1016.08"),
    _amazon("50041020342", "2539.66"),
    _amazon("50044020356", "4630.23"),
    Golden("olist/sample_3k/olist_order_items_dataset.csv", "items + freight", "SELECT sum(paid), sum(shipping_fee) FROM {order_line}",
           (money("392468.58") + money("68855.36"), money("68855.36"))),
    Golden("olist/sample_3k/olist_order_payments_dataset.csv", "payments", "SELECT sum(amount) FROM {settlement_line}", (money("468087.37"),)),
    Golden("uci_online_retail/by_day", "lines, sales, cancellations",
           "SELECT (SELECT count(*) FROM {order_line} WHERE status <> 'refunded') + (SELECT count(*) FROM {return_line}) + (SELECT count(*) FROM {stock_move}), (SELECT sum(paid) FROM {order_line}), -(SELECT sum(refund_amount) FROM {return_line})",
           (77_628, money("1515110.70"), money("-206153.42"))),
    Golden("courier_b2b_india/cointab/Invoice.csv", "waybills, charges", "SELECT count(DISTINCT tracking_no), sum(amount) FROM {courier_charge}", (124, money("13648.20"))),
    Golden("courier_b2b_india/cointab/Order Report.csv", "item lines, orders", "SELECT count(*), count(DISTINCT order_no) FROM {erp_order}", (400, 124)),
    Golden("mt940/betterplace/sepa_mt9401.sta", "lines", "SELECT count(*) FROM {bank_line}", (97,)),
)  # fmt: skip

# Personal bills state their own sums, by direction; section 18 gives what the rows come to: (control, its figure).
COMPUTED = {
    "alipay/personal_bill/deg_alipay_records.csv": {
        "记录笔数": money("10"), "支出笔数": money("5"), "支出": money("211.64"), "收入笔数": money("1"), "收入": money("222228.50"),
        "不计收支笔数": money("4"),
    },
    "wechatpay/personal_bill/deg_wechat_records.csv": {
        "记录笔数": money("27"), "支出笔数": money("11"), "支出": money("2904.53"), "收入笔数": money("5"), "收入": money("28.49"),
        "中性交易笔数": money("11"),
    },
    "jd/personal_bill/deg_jd_records.csv": {"支出笔数": money("16"), "支出": money("1648.43")},
    "meituan/personal_bill/deg_meituan_records.csv": {"支出": money("1223.80"), "收入": money("209.73")},
}  # fmt: skip

_FINE, _OFF, _UNPROVED = "imported", "flagged control.mismatch", "flagged unproved"
_NEAR, _UNKNOWN = "refused file.not_recognised_near", "refused file.not_recognised"
_BANK, _CAMT, _SHEETS = "bank_cn", "camt/052_053_054", "bank_other/oca_sheets"

# File: what must become of it, and the codes that say why. Files of the same kind that are not named are `imported`.
VERDICTS = {
    # Cut by their publishers: the counts that the heads state are no longer those of the rows.
    "alipay/personal_bill/deg_alipay_records.csv": _OFF,
    "alipay/personal_bill/dhr2333_完整测试_支付宝.csv": _OFF,
    "alipay/personal_bill/支付宝交易明细(20201122-20201214).csv": _OFF,
    "meituan/personal_bill/deg_meituan_records.csv": _OFF,
    "wechatpay/personal_bill/deg_wechat_records.csv": _OFF,
    "wechatpay/personal_bill/deg_wechat_records.xlsx": _OFF,
    "wechatpay/personal_bill/dhr2333_完整测试_微信.csv": _OFF,
    # The footer speaks of three rows, two are there.
    f"{_BILL}/fundflowbill_basic.csv": _OFF,
    f"{_BILL}/fundflowbill_basic.csv.gz": _OFF,
    # Made wrong on purpose: a letter in an amount, of a row or of the footer.
    f"{_BILL}/invalid/fundflow_bad_row.csv": "refused amount.unreadable control.mismatch",
    f"{_BILL}/invalid/fundflow_bad_summary.csv": "refused control.mismatch control.unreadable",
    f"{_BILL}/invalid/tradebill_all_bad_row_amount.csv": "refused amount.unreadable control.mismatch",
    f"{_BILL}/invalid/tradebill_all_bad_summary_amount.csv": "refused control.unreadable",
    f"{_BILL}/invalid/tradebill_all_bad_summary_count.csv": "refused control.unreadable",
    f"{_BILL}/invalid/tradebill_refund_bad_row_amount.csv": "refused amount.unreadable control.mismatch",
    f"{_BILL}/invalid/tradebill_success_bad_row.csv": "refused amount.unreadable control.mismatch",
    # Truncated in its first record; test accounts whose summaries count each credit twice.
    "bai2/samples/sample-parseError.txt": _UNKNOWN,
    "bai2/samples/sample2.txt": _OFF,
    # Chinese banks: figures masked or invented by the publishers, so that balances do not follow.
    f"{_BANK}/abc_debit/deg_abc_debit.csv": "flagged balance_break",
    f"{_BANK}/bocom_debit/deg_bocom_debit.csv": "flagged balance_break",
    f"{_BANK}/ccb/交易明细_xxxx_2025xxxx_2025xxxx.xls": "flagged balance_break",
    f"{_BANK}/cmb/deg_cmb_debit.csv": "flagged balance_break",
    f"{_BANK}/hsbchk/deg_hsbchk_debit.csv": "flagged balance_break",
    f"{_BANK}/cgb_credit/deg_cgb_credit.csv": _UNPROVED,  # a card: no balance at all
    f"{_BANK}/icbc/deg_icbc_credit.csv": "flagged balance_break control.mismatch",
    f"{_BANK}/icbc/deg_icbc_debit_v1.csv": "flagged control.mismatch unproved",
    f"{_BANK}/icbc/deg_icbc_debit_v2.csv": "flagged control.mismatch unproved",
    # Sheets without a balance: nothing says whether positive is in or out.
    "bank_other/jbms/bank.csv": "flagged bank.currency_assumed bank.sign_assumed unproved",
    "bank_other/jbms/creditcard.csv": "flagged bank.currency_assumed",
    f"{_SHEETS}/balance.csv": "flagged bank.currency_assumed",
    f"{_SHEETS}/debit_credit.csv": "flagged bank.currency_assumed",
    f"{_SHEETS}/multi_currency.csv": "flagged bank.sign_assumed unproved",
    f"{_SHEETS}/original_currency.csv": "flagged bank.currency_assumed bank.sign_assumed unproved",
    f"{_SHEETS}/original_currency_empty.csv": "flagged bank.currency_assumed bank.sign_assumed unproved",
    f"{_SHEETS}/sample_statement_en.csv": "flagged bank.sign_assumed unproved",
    f"{_SHEETS}/sample_statement_en.xlsx": "flagged bank.sign_assumed unproved",
    f"{_SHEETS}/sample_statement_credit_card_inverse_sign_en.csv": "flagged bank.sign_assumed unproved",
    f"{_SHEETS}/debit_credit_amount.csv": "flagged bank.currency_assumed bank.sign_inverted",
    f"{_SHEETS}/empty_statement_en.csv": "flagged rows.none",
    f"{_SHEETS}/empty_statement_en.xlsx": "flagged rows.none",
    # All days are the 12th or before it: day and month cannot be told apart.
    f"{_SHEETS}/meta_data_separated_credit_debit.csv": "refused control.mismatch date.order_unknown unproved",
    f"{_SHEETS}/meta_data_separated_credit_debit.xlsx": "refused control.mismatch date.order_unknown unproved",
    f"{_SHEETS}/original_currency_no_header.csv": "refused file.no_header",
    # camt: examples of the schema. Their balances do not close; interim reports prove nothing.
    **dict.fromkeys(
        [f"{_CAMT}/camt052.{each}.xml" for each in
         ("v1", "v2.other-account", "v2", "v4", "v6.Amt-zero", "v6", "v8")], _UNPROVED),
    **dict.fromkeys(
        [f"{_CAMT}/camt053.v{each}.xml" for each in
         ("2.all-balance-types", "2.five.decimals", "2.minimal.ultimate", "2.minimal", "2.with-party-ids", "3")], _OFF),
    f"{_CAMT}/camt053.v2.with-account-name.xml": _UNPROVED,
    f"{_CAMT}/camt054.v2.xml": _UNPROVED,
    f"{_CAMT}/camt054.v4.xml": _UNPROVED,
    # Entries without a date, and most of them without the bank's reference.
    f"{_CAMT}/camt052.v2.with-account-name.xml": "refused cell.empty unproved",
    f"{_CAMT}/camt054.v2.with-account-name.xml": "refused cell.empty unproved",
    f"{_CAMT}/camt054.v8-with-UETR.xml": "refused cell.empty unproved",
    f"{_CAMT}/camt054.v8-with-financial-institution.xml": "refused cell.empty unproved",
    f"{_CAMT}/camt053.v2.wrong.xml": "refused camt.no_statement",
    f"{_CAMT}/camt53.only-Dt-with-DtTm.xml": "flagged rows.none",
    # MT940: anonymised or cut ones do not balance, by their index.
    "mt940/betterplace/sepa_snippet.sta": _OFF,
    "mt940/betterplace/sepa_snippet_broken.sta": _OFF,
    "mt940/jejik/abnamro.sta": _OFF,
    "mt940/jejik/ing.sta": _OFF,
    "mt940/jejik/knab.sta": _OFF,
    "mt940/jejik/rabobank.sta": _OFF,
    "mt940/mBank/with_newline_in_tnr.sta": _OFF,
    "mt940/mBank/mt942.sta": "refused mt940.interim",
    "mt940/self-provided/mt942.sta": "refused mt940.interim",
    **dict.fromkeys(
        [f"mt940/self-provided/{each}.sta" for each in
         ("details_60-63", "malformed_details", "overly_long_details", "whitespace")], _OFF),
    **dict.fromkeys(
        [f"mt940/self-provided/{each}.sta" for each in
         ("february_30", "transaction_details_wrapped", "wrapped_timestamp")], "flagged bank.30_february"),
    "mt940/self-provided/gv_codes.sta": _UNPROVED,
    # OFX and QIF state one balance at most, which proves nothing.
    **dict.fromkeys(
        [f"ofx/{each}.ofx" for each in
         ("beangulp/example", "beangulp/ofxdownload", "ofxparse/bank_medium", "ofxparse/checking",
          "ofxparse/empty_balance", "ofxparse/ofx-v102-empty-tags", "ofxtools/stmtrs", "ofxtools/stmtrs_euro")], _UNPROVED),
    "ofx/oca/test_ofx.ofx": "flagged rows.none unproved",
    "ofx/oca/test_ofx_iban.ofx": "flagged rows.none unproved",
    "ofx/ofxparse/multiple_accounts.ofx": "flagged rows.none",
    "ofx/beangulp/example.qfx": "refused ofx.investment",
    # Made wrong on purpose: one of its two accounts has no number, and one line no readable amount.
    "ofx/oca/test_ofx_wrong.ofx": "refused account.unknown cell.empty rows.none unproved",
    "ofx/ofxparse/bank_small.ofx": "refused ofx.no_statement",
    "ofx/ofxparse/date_missing.ofx": "refused cell.empty date.unreadable",
    "ofx/ofxparse/decimal_error.ofx": "refused amount.unreadable date.unreadable",
    "qif/oca/test_qif.qif": _UNPROVED,
    # No documents of a seller: lists that belong to others.
    "courier_b2b_india/cointab/Courier Company - Rates.csv": "refused file.rules_rates",
    "courier_b2b_india/cointab/pincodes.csv": "refused file.rules_zones",
    "olist/sample_3k/olist_customers_dataset.csv": _NEAR,
    **dict.fromkeys(
        [f"olist/sample_3k/{each}.csv" for each in
         ("olist_order_reviews_dataset", "olist_products_dataset", "olist_sellers_dataset",
          "product_category_name_translation")], _UNKNOWN),
    "ups/invoice_headers/Charges.csv": _UNKNOWN,
    "ups/invoice_headers/OriHeadr.csv": _NEAR,
}  # fmt: skip

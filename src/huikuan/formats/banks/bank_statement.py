# ruff: noqa: E501 - tables of words; Chinese characters count double
"""Statements of any bank: a table is recognised by its columns, and its reading proved by the running balance.

What makes a statement is a column of dates, one or two of amounts, and one of balances, by the names that banks give
them (`bank_words`). From the importers of third parties and from real files of a dozen banks; see each bank's module.
`statement` makes the declaration of a bank's own layout from the same parts. Where the file or its preamble names the
bank, the document carries its id.

Signs. Two columns: in − |out|. One column and a direction: the amount of "out" is negative however it is written.
Otherwise the amount is signed; payer and payee tell it too, if the own account is known. Some files mean it otherwise
(negative credits; reversals in red; debit as money in): the reading that the running balance follows from the first
row to the last is taken. Where no balance proves it, rows that could be meant in two ways are rejected.

Dates. `dd/mm` or `mm/dd` is decided by the whole column (`day_order`), or by a bank's own rule; where neither tells, the
file is refused.

Currency: a column, the text of the amounts, the preamble, else the book's (told where a Western table is read as CNY). Account: a column, the preamble, or given.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from huikuan.formats.banks import bank_words as words
from huikuan.formats.banks.bank_columns import BALANCE_FAULT, CURRENCIES, bank_emit, joined_text
from huikuan.formats.day_order import with_days
from huikuan.formats.spec import (
    BOOK,
    DAY_FIRST,
    ISO_DATES,
    ISO_TIMES,
    MONTH_FIRST,
    About,
    Amount,
    Balance,
    Choice,
    Doubt,
    Expression,
    Fact,
    Footer,
    Format,
    Identifier,
    Moment,
    Reject,
    Text,
    Total,
)
from huikuan.records.messages import gettext_noop, register
from huikuan.records.money import amount_sql, decimal_comma_sql, side_sql, without_side_sql, without_unit_sql
from huikuan.records.sql import sql_text

register(
    {
        "bank.sign_unclear": gettext_noop(
            "%(place)s, column “%(column)s”: the line does not say for certain whether money came in or went out, and "
            "no running balance proves it. Mend the line, or choose the columns by hand (column mapping)."
        ),
        "bank.sign_assumed": gettext_noop(
            "Nothing in the file says which sign means money in: positive amounts were read as money into the account. "
            "If it is a credit card that writes purchases as positive, remove the document and import the file with a "
            "column mapping that inverts the sign."
        ),
        "bank.card_polarity": gettext_noop(
            "Column “%(column)s”: by their own words these are the lines of a credit card that writes purchases as "
            "positive amounts, the opposite of an account. Import the file with a column mapping that inverts the sign."
        ),
        "bank.pending_lines": gettext_noop(
            "The newest lines of the file have no balance, as lines have that are not booked yet; booked later, they "
            "would count twice. If they are pending, remove the document and export the statement again when they are booked."
        ),
        "bank.dollars_assumed": gettext_noop(
            "The amounts bear a $ and nothing says of which country: they were read as US dollars. If they are others, "
            "remove the document and import the file with a column mapping that names the currency."
        ),
        "bank.currency_assumed": gettext_noop(
            "Nothing in the file names a currency: its amounts were read as CNY, the currency of the book. If they are "
            "in another, remove the document and import the file with a column mapping that names it."
        ),
        "bank.direction_unknown": gettext_noop(
            "%(place)s, column “%(column)s”: “%(value)s” is no known word for money in or out. "
            "Mend the cell, or choose the columns by hand (column mapping)."
        ),
        "bank.decimals_unclear": gettext_noop(
            "%(place)s, column “%(column)s”: the amount has three digits behind its only point; they may be decimals "
            "or thousands, and no running balance proves it. Mend the cell, or choose the columns by hand."
        ),
    }
)

# English months by name in DuckDB's own formats: those of `worded` cost a second of planning for each file.
# Two digits of a year first, as in `DAY_FIRST`.
_NAMED_DAYS = (
    "%d-%b-%y", "%d %b %y", "%d/%b/%y", "%d %b %Y", "%d-%b-%Y", "%d/%b/%Y", "%d %B %Y", "%d %b, %Y", "%d%b%Y",
)  # fmt: skip
_NAMED_MONTHS = ("%b %d, %Y", "%B %d, %Y", "%b %d %Y")
_DATES = (*ISO_DATES, *_NAMED_DAYS, *_NAMED_MONTHS)
_TIMES = (
    *ISO_TIMES,
    *(f"{day} %H%M%S" for day in ISO_DATES),
    "%Y%m%d%H:%M:%S",
    *(f"{day} {hour}" for day in _NAMED_DAYS for hour in ("%H:%M:%S", "%H:%M")),
    *(f"{day} {hour}" for day in ISO_DATES[:1] for hour in ("%I:%M:%S %p", "%I:%M %p")),
)


def _dated(name: str, headers: tuple[str, ...], also: tuple[str, ...] = (), filled: bool = False) -> Moment:
    """A date, with or without a time of day, in any of the ways that banks write it."""
    return Moment(
        name,
        headers,
        filled,
        _TIMES,
        tz=BOOK,
        also=also,
        date_formats=_DATES,
        day_first="seen",
        day_first_by=words.DAY_FIRST_BY,
        undated=words.UNDATED if filled else (),
    )


LATIN_END = 0x250  # the first character behind Latin letters


def _western(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names in Latin letters."""
    return tuple(name for name in names if ord(max(name)) < LATIN_END)


_CODES = "|".join(sorted({name for name in CURRENCIES if name.isascii()}))
_CURRENCY_WORDS = "|".join(name for name in CURRENCIES if not name.isascii() and len(name) > 1)
_DOLLARS = "('USD', 'HKD', 'CAD', 'AUD', 'SGD', 'NZD', 'TWD')"
_OWN = "coalesce(own_account, fact_account, account_given)"
_TWO = "(money_in IS NOT NULL OR money_out IS NOT NULL)"
_AMOUNT_TEXTS = "concat_ws(' ', amount_text, in_text, out_text, balance_text)"
_STATED = "coalesce(stated_currency, unit_currency, header_currency, fact_currency_code, dollars)"
_PREAMBLE_CURRENCY = (
    "CASE upper(coalesce(fact_currency_name, fact_currency_alone, fact_currency_cell, fact_currency_bracket, fact_currency_word)) "
    + " ".join(f"WHEN {sql_text(name)} THEN {sql_text(code)}" for name, code in CURRENCIES.items())
    + " END"
)
# What says "no data" below or between the rows: totals, balances brought forward, notes.
_FOOTER = (
    r"^#? *(?:(?:Grand )?(?:TOTALS?|Totals?|totals?)[:： ]*$|Total (?:[Dd]ebit|[Cc]redit|[Ww]ithdraw|[Dd]eposit)"
    r"|本页合计|[借贷收支][方入出]?(?:合计|总|笔数|发生额合计)|合计|总计|小计|总额|共计|總計|合計|小計|笔数|总笔数|汇总|总收入|总支出"
    r"|[0-9]+ *笔? *[收支]|期初余额|期末余额|上期余额|本期余额|承前|承上页|过次页|本[月年]累计"
    r"|Sald[oe] |Solde |(?:Alter|Neuer) Kontostand|Summe\b|Totaal\b|Disclaimer\b"
    r"|以上数据|备注[:：]|说明(?:[:：]|$)|注[:：]|温馨提示|打印|制表|导出时间|下载时间|本明细|\*+ *(?:END|End)"
    r"|(?:Balance at|Opening [Bb]alance|Closing [Bb]alance|Beginning [Bb]alance|Ending [Bb]alance|Balance brought|"
    r"Balance carried|BALANCE B/F|BALANCE C/F))"
)
# 2,488.88 and 2.488,88, and never into the cell behind, which a comma divides from it.
_NUMBER = r"([-+]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+,\d+|\d+(?:[.,]\d+)?))"
_NAME_ENDS = r"(?:\[[^\]]*\])?[\s:：,]{1,9}"  # a translation of the label may stand in brackets
_AS_OF = r"(?:\s*(?:as of|as at|on|at)\s+\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})?"  # Ending balance as of 09/07/2026
# The number stands right behind its label; a period, which may stand behind one too, is none.
_ACCOUNT = (
    r"(?:[账帐賬帳]\s*[号號][码碼]?|[账帐賬帳][户戶][号號]?[码碼]?|卡\s*[号號]|(?:[Aa]ccount|ACCOUNT|[Cc]ard|CARD)"
    r"(?: ?(?:[Nn]umber|NUMBER|[Nn]o|NO))?\.?)\s*(?:[\[(（][^\])）]{0,40}[\])）])?[\s:：,，'=_]{0,20}(?:\[[^\W\d]{1,8}[:：])?"
    r"(?!(?:19|20)\d\d[-年]?[01]\d[-月]?[0-3]\d(?:\D|$))((?:-?[0-9Xx*]){5,})"
)


def identity_sql(*parts: str) -> str:
    """SQL of the identity of a line from settled values, joined by |."""
    texts = ", ".join(f"coalesce(({part})::VARCHAR, '')" for part in parts)
    return f"concat_ws('|', {texts})"


BANK_COLUMNS = (
    _dated("moment", words.DATE, words.TIME, filled=True),
    _dated("value", words.VALUE_DATE),
    Amount("money_in", words.MONEY_IN, unit=True, side=True, decimal_comma="seen"),
    Amount("money_out", words.MONEY_OUT, unit=True, side=True, decimal_comma="seen"),
    Amount("turnover", words.AMOUNT, unit=True, side=True, decimal_comma="seen"),
    Text("moment_text", words.DATE),
    Text("western_date", _western(words.DATE)),
    Text("traditional_balance", tuple(name for name in words.BALANCE if re.search("[結賬帳戶]", name))),
    Text("in_text", words.MONEY_IN),
    Text("out_text", words.MONEY_OUT),
    Text("amount_text", words.AMOUNT),
    Amount("original", words.ORIGINAL_AMOUNT, unit=True, decimal_comma="seen"),
    Choice("direction", words.DIRECTION, words.DIRECTIONS, otherwise="unknown"),
    Text("direction_text", words.DIRECTION),
    Choice("kind_way", words.KIND, words.KINDS, otherwise=""),
    Text("state", words.STATE),
    Text("valuta", words.VALUTA),
    Text("balance_text", words.BALANCE),
    Choice("currency", words.CURRENCY, CURRENCIES),
    Text("kind", words.KIND, scrub=True),
    Text("summary", words.SUMMARY, scrub=True),
    Text("purpose", words.PURPOSE, scrub=True),
    Text("remark", words.REMARK, scrub=True),
    Identifier("bank_no", words.BANK_NO),
    Identifier("reference", words.REFERENCE),
    Text("party", words.OTHER_PARTY, scrub=True),
    Text("party_account", words.OTHER_ACCOUNT),
    Text("glued", ("对手信息",), scrub=True),
    Identifier("own_account", words.OWN_ACCOUNT),
    Text("payer", words.PAYER, scrub=True),
    Identifier("payer_account", words.PAYER_ACCOUNT),
    Text("payee", words.PAYEE, scrub=True),
    Identifier("payee_account", words.PAYEE_ACCOUNT),
)
BANK_VALUES = (
    Expression(
        "party_way",
        f"CASE WHEN payee_account = {_OWN} THEN 'in' WHEN payer_account = {_OWN} THEN 'out' END",
        "text",
    ),
    Expression("side", side_sql("amount_text"), "text"),
    Expression("way", "coalesce(direction, side, nullif(kind_way, ''), party_way)", "text"),
    Expression(
        "amount",
        f"CASE WHEN {_TWO} THEN coalesce(money_in, 0) - abs(coalesce(money_out, 0)) "
        "WHEN way = 'out' THEN -abs(turnover) WHEN way = 'unknown' THEN NULL ELSE turnover END",
        "money",
    ),
    Expression(
        "amount_bare",  # whatever sign is written
        f"CASE WHEN {_TWO} THEN abs(coalesce(money_in, 0)) - abs(coalesce(money_out, 0)) "
        "WHEN way = 'in' THEN abs(turnover) WHEN way = 'out' THEN -abs(turnover) ELSE turnover END",
        "money",
    ),
    Expression(
        "amount_red",  # a negative outflow is a reversal
        f"CASE WHEN {_TWO} THEN coalesce(money_in, 0) - coalesce(money_out, 0) "
        "WHEN way = 'out' THEN -turnover ELSE turnover END",
        "money",
    ),
    Expression("amount_inverted", "-amount", "money"),
    Expression("amount_bare_inverted", "-amount_bare", "money"),
    Expression("amount_red_inverted", "-amount_red", "money"),
    Expression(
        "balance_written",
        amount_sql(decimal_comma_sql(without_unit_sql(without_side_sql("balance_text")), True)),
        "money",
    ),
    Expression(
        "balance",
        f"CASE WHEN {side_sql('balance_text')} = 'out' THEN -abs(balance_written) ELSE balance_written END",
        "money",
    ),
    Expression("unit_code", f"regexp_extract(concat_ws(' ', {_AMOUNT_TEXTS}, valuta), '{_CODES}')", "text"),
    Expression(
        "unit_currency",
        "CASE WHEN unit_code = 'RMB' THEN 'CNY' WHEN unit_code <> '' THEN unit_code "
        f"WHEN contains({_AMOUNT_TEXTS}, '€') THEN 'EUR' WHEN contains({_AMOUNT_TEXTS}, '£') THEN 'GBP' "
        f"WHEN contains({_AMOUNT_TEXTS}, '₹') THEN 'INR' WHEN contains({_AMOUNT_TEXTS}, 'HK$') THEN 'HKD' END",
        "text",
    ),
    Expression(
        "dollars",  # of which country, nothing says: what anything else in the file states goes before
        f"CASE WHEN contains({_AMOUNT_TEXTS}, '$') AND book_currency NOT IN {_DOLLARS} THEN 'USD' END",
        "text",
    ),
    # Beside an amount in another currency, the column names that one.
    Expression("stated_currency", "CASE WHEN coalesce(original, 0) = 0 THEN currency END", "text"),
    Expression("fact_currency_code", _PREAMBLE_CURRENCY, "text"),
    Expression("currency_code", _STATED, "text"),
    Expression(
        "counterparty",
        "coalesce(party, nullif(trim(regexp_replace(glued, '[ ]*[0-9*]{8,}$', '')), ''), "
        "CASE WHEN amount < 0 THEN payee ELSE payer END)",
        "text",
    ),
    Expression(
        "counterparty_account",
        "coalesce(party_account, nullif(regexp_extract(glued, '([0-9*]{8,})$', 1), ''), "
        "CASE WHEN amount < 0 THEN payee_account ELSE payer_account END)",
        "text",
    ),
    joined_text("kind", "summary", "purpose", "remark"),
    Expression(
        "carried",
        f"NOT {_TWO} AND turnover IS NULL AND balance IS NOT NULL AND coalesce(regexp_matches(concat_ws(' ', kind, "
        "summary, purpose, remark), '(?i)(?:opening|beginning|closing|ending) balance|balance brought|(?:brought|carried) forward|"
        "balance [bc]/f|期初|承前|承上|[转轉]承|上期[结結][转轉]|上年[结結][转轉]|期末'), FALSE)",
        "bool",
    ),
)
_NO_AMOUNT = "money_in IS NULL AND money_out IS NULL AND turnover IS NULL AND NOT carried"
BANK_REJECTS = (
    Reject("bank.no_amount", _NO_AMOUNT, words.AMOUNT[0]),
    Reject("bank.direction_unknown", f"way = 'unknown' AND NOT {_TWO}", words.DIRECTION[0]),
    Reject("bank.balance_unreadable", BALANCE_FAULT, words.BALANCE[0]),
)
_UNSIGNED = f"NOT {_TWO} AND way IS NULL AND turnover > 0"
_UNCLEAR = (
    # A negative amount that came in: a reversal, or the sign of a ledger.
    Reject("bank.sign_unclear", "money_in < 0", words.MONEY_IN[0]),
    # Outflows of both signs: some of them are reversals, but which?
    Reject("bank.sign_unclear", "money_out < 0 AND max(money_out) OVER () > 0", words.MONEY_OUT[0]),
    Reject(
        "bank.sign_unclear",
        f"NOT {_TWO} AND (way = 'in' AND turnover < 0 OR direction_text IN ('1', '2') "
        "OR way IS NULL AND count(way) OVER () > 0 "
        "AND (count(direction_text) OVER () + count(side) OVER () > 0 OR coalesce(min(turnover) OVER (), 0) >= 0))",
        words.AMOUNT[0],
    ),
    # All amounts without a sign though the balance does not only rise, or though payer and payee differ.
    Reject(
        "bank.sign_unclear",
        f"{_UNSIGNED} AND coalesce(min(turnover) OVER (), 0) >= 0 AND count(way) OVER () = 0 "
        "AND (count(balance) OVER () > 1 OR payer_account IS NOT NULL)",
        words.AMOUNT[0],
    ),
    Reject(
        "bank.decimals_unclear",
        "regexp_matches(concat_ws('|', amount_text, in_text, out_text), '(?:^|[|])[^.,|]*[0-9][.][0-9]{3}(?:$|[^0-9.,])')",
        words.AMOUNT[0],
    ),
)
BANK_BALANCE = Balance(
    by="currency_code",
    readings=("amount_bare", "amount_red"),
    inverted=("amount_inverted", "amount_bare_inverted", "amount_red_inverted"),
    unclear=_UNCLEAR,
)
_CURRENCY_SETTLED = Expression(
    "currency_code",
    f"coalesce({_STATED}, CASE WHEN min({_STATED}) OVER () = max({_STATED}) OVER () THEN min({_STATED}) OVER () END)",
    "text",
)
_SIGN_DOUBT = Doubt(
    "bank.sign_assumed",
    "count(turnover) > 0 AND count(way) = 0 AND count(money_in) + count(money_out) + count(balance) = 0",
)
_DOLLAR_DOUBT = Doubt(
    "bank.dollars_assumed",
    "count(dollars) > 0 AND count(coalesce(stated_currency, unit_currency, header_currency, fact_currency_code)) = 0",
)
_CURRENCY_DOUBT = Doubt(
    "bank.currency_assumed",
    f"max(book_currency) = 'CNY' AND count({_STATED}) = 0 AND (count(traditional_balance) > 0 OR count(western_date) > 0 "
    "AND count(*) FILTER (regexp_matches(concat_ws(' ', text, counterparty), '[\\x{4E00}-\\x{9FFF}]')) = 0)",
)
# Balances of debt prove a card's list read either way round; its own words tell which it is.
_CARD_DOUBT = Doubt(
    "bank.card_polarity",
    "count(*) FILTER (NOT ignored AND (turnover < 0 AND amount < 0 AND regexp_matches(text, '(?i)payment.{0,5}thank you') "
    "OR turnover > 0 AND amount > 0 AND lower(kind) IN ('purchase', 'sale'))) > 0",
    severity="refuse",
    column=words.AMOUNT[0],
)
_PENDING_DOUBT = Doubt(
    "bank.pending_lines",
    "count(balance) FILTER (NOT ignored) > 1 AND max(moment_date) FILTER (balance IS NULL AND NOT ignored) "
    "> max(moment_date) FILTER (balance IS NOT NULL)",
)
# What the bank itself says to be no movement, or none yet.
_NO_MOVEMENT = (
    f"lower(state) IN {words.NO_MOVEMENT!r} OR moment_date IS NULL AND lower(moment_text) IN {words.UNDATED!r}"
)
# Sub-headings (`Posted Transactions`), second lines of a text, and balances carried from page to page: no digit where
# the date stands, and no amounts.
_NO_DATA = (
    "moment_text LIKE 'Total Pending%' OR moment_date IS NULL AND in_text IS NULL AND out_text IS NULL AND amount_text IS NULL "
    "AND (balance_text IS NULL OR carried) AND NOT regexp_matches(coalesce(moment_text, ''), '[0-9]')"
)
_REF = identity_sql(
    "bank_no", "moment_date", "date_trunc('minute', moment)", "amount", "balance", "counterparty_account",
    "counterparty", "text", "currency_code",
)  # fmt: skip
BANK_FACTS = (
    Fact("account", _ACCOUNT),
    Fact(
        "currency_name",
        r"(?:币\s*种|币\s*别|货\s*币|幣\s*種|幣\s*別|貨\s*幣|[Cc]urrency|CURRENCY|Währung|Devise|Divisa|Moneda|Waluta)"
        r"[:：;=\"\s,\[]*([^,，;；:：\s()\]]{1,8})",
    ),
    Fact("currency_alone", r"(?:^|,)\s*[:：]\s*([A-Z]{3})(?:,|$)"),
    Fact("currency_cell", rf"(?:^|,)\s*({_CODES})\s*(?:,|$)"),
    Fact("currency_bracket", rf"[(（]\s*({_CODES})\s*[)）]"),
    Fact("currency_word", rf"({_CURRENCY_WORDS})"),
    Fact(
        "opening",
        rf"(?:Balance at start of period|Opening balance|Beginning balance|期初余额|上期余额){_AS_OF}[^\d+-]{{0,20}}{_NUMBER}",
    ),
    Fact(
        "closing",
        rf"(?:Balance at end of period|Closing balance|Ending balance|期末余额|本期余额){_AS_OF}[^\d+-]{{0,20}}{_NUMBER}",
    ),
    Fact("total_in", rf"\d\s*笔?\s*收[入]?[\s,:：]*(?:共|金额)?[\s,:：]*{_NUMBER}"),
    Fact("total_out", rf"\d\s*笔?\s*支[出]?[\s,:：]*(?:共|金额)?[\s,:：]*{_NUMBER}"),
    Fact("total_in", rf"收入合计[:：]\s*\d+\s*笔[，,\s]*共\s*{_NUMBER}"),
    Fact("total_out", rf"支出合计[:：]\s*\d+\s*笔[，,\s]*共\s*{_NUMBER}"),
    Fact("total_in", rf"贷方(?:发生)?总金?额{_NAME_ENDS}{_NUMBER}"),
    Fact("total_out", rf"借方(?:发生)?总金?额{_NAME_ENDS}{_NUMBER}"),
)
BANK_TOTALS = (
    Total("closing balance", "closing", "sum(amount)", opening="opening"),
    Total("合计 收入", "under_money_in", "sum(money_in)"),
    Total("合计 支出", "under_money_out", "sum(money_out)"),
    Total("收", "total_in", "sum(amount) FILTER (amount > 0)"),
    Total("支", "total_out", "-sum(amount) FILTER (amount < 0)"),
)

BANK_STATEMENT = Format(
    id="bank.statement",
    about=About(
        title=gettext_noop("Bank statement of any bank"),
        where=gettext_noop("Online banking, account movements, CSV or Excel"),
        verified="real file",
        note=gettext_noop(
            "Recognised by its columns (date, amounts, balance) in Chinese, English or another European language; the "
            "reading is proved by the running balance, oldest or newest first."
        ),
    ),
    needs=(words.DATE, (*words.MONEY_IN, *words.MONEY_OUT, *words.AMOUNT), words.BALANCE),
    lacks=(words.NO_BANK,),
    columns=BANK_COLUMNS,
    values=BANK_VALUES,
    rejects=BANK_REJECTS,
    emits=(bank_emit(ref=_REF, value_date="value_date", reference="coalesce(reference, bank_no)"),),
    ignored=f"carried OR {_NO_MOVEMENT}",
    header_currency=True,
    skip_rows=_NO_DATA,
    footer=Footer(
        (), to_end=False, first_filled=True, pattern=_FOOTER, under=("合计", "总计", "TOTAL", "Total", "total")
    ),
    facts=BANK_FACTS,
    totals=BANK_TOTALS,
    balance=BANK_BALANCE,
    settled=(_CURRENCY_SETTLED,),
    doubts=(_SIGN_DOUBT, _DOLLAR_DOUBT, _CURRENCY_DOUBT, _CARD_DOUBT, _PENDING_DOUBT),
    account_value="own_account",
    currency_value="currency_code",
    short_rows="pad",
    fallback=True,
)

# Without balances only Western sheets that also tell what the line is about: a date and an amount are no statement.
BANK_SHEET = replace(
    BANK_STATEMENT,
    about=replace(
        BANK_STATEMENT.about,
        title=gettext_noop("Bank statement without balances"),
        note=gettext_noop(
            "Date, description and amounts in English or another European language; nothing proves the reading, so it is "
            "flagged. A credit card that writes purchases as positive needs a column mapping."
        ),
    ),
    needs=(
        _western(words.DATE),
        (*words.MONEY_IN, *words.MONEY_OUT, *_western(words.AMOUNT)),
        (*words.SUMMARY, "Memo", "Payee"),
    ),
    lacks=(words.NO_BANK, words.BALANCE),
)


def statement(
    format_id: str,
    about: About,
    needs: tuple[tuple[str, ...], ...] = BANK_STATEMENT.needs,
    order: Literal["seen", "day", "month"] = "seen",
    currency: str = "",
    lacks: tuple[tuple[str, ...], ...] = (),
) -> Format:
    """A bank's own layout, made of the common parts. `order`: the bank's rule for day and month, where it has one."""
    days = {"day": DAY_FIRST, "month": MONTH_FIRST}.get(order)
    columns = tuple(
        with_days(each, days) if days and isinstance(each, Moment) else each for each in BANK_STATEMENT.columns
    )
    return replace(
        BANK_STATEMENT,
        id=format_id,
        about=about,
        needs=needs,
        lacks=lacks,
        columns=columns,
        currency=currency,
        doubts=tuple(each for each in BANK_STATEMENT.doubts if not (currency and each is _CURRENCY_DOUBT)),
        fallback=False,
    )


def named(format_id: str, title: str, *names: str) -> Format:
    """Any layout of a bank that the file's name or its preamble names."""
    return replace(
        BANK_STATEMENT,
        id=format_id,
        about=replace(BANK_STATEMENT.about, title=title, verified="documentation"),
        marks=names,
        file_name="|".join(names),
        named=True,
    )


NAMED_BANKS: tuple[Format, ...] = (
    named("icbc.statement", gettext_noop("ICBC 工商银行 account statement"), "工商银行", "工商銀行", "工行", "ICBC"),
    named("ccb.statement", gettext_noop("CCB 建设银行 account statement"), "建设银行", "建行", "China Construction Bank"),
    named("boc.statement", gettext_noop("BOC 中国银行 account statement"), "中国银行", "中國銀行", "中行", "Bank of China"),
    named("abc.statement", gettext_noop("ABC 农业银行 account statement"), "农业银行", "农行"),
    named("bocom.statement", gettext_noop("BOCOM 交通银行 account statement"), "交通银行", "交行", "Bank of Communications"),
    named("cmb.statement", gettext_noop("CMB 招商银行 account statement"), "招商银行", "招行"),
    named("spdb.statement", gettext_noop("SPDB 浦发银行 account statement"), "浦发银行", "浦东发展银行", "浦发", "SPDB"),
    named("citic.statement", gettext_noop("CITIC 中信银行 account statement"), "中信银行", "CITIC"),
    named("cib.statement", gettext_noop("CIB 兴业银行 account statement"), "兴业银行"),
    named("hxbank.statement", gettext_noop("HXB 华夏银行 account statement"), "华夏银行"),
    named("pingan.statement", gettext_noop("PAB 平安银行 account statement"), "平安银行"),
    named("ceb.statement", gettext_noop("CEB 光大银行 account statement"), "光大银行"),
    named("cmbc.statement", gettext_noop("CMBC 民生银行 account statement"), "民生银行"),
    named("cgb.statement", gettext_noop("CGB 广发银行 account statement"), "广发银行"),
    named("psbc.statement", gettext_noop("PSBC 邮储银行 account statement"), "邮政储蓄银行", "邮储银行"),
    named("bosc.statement", gettext_noop("BOSC 上海银行 account statement"), "上海银行"),
    named("nbcb.statement", gettext_noop("NBCB 宁波银行 account statement"), "宁波银行"),
    named("njcb.statement", gettext_noop("NJCB 南京银行 account statement"), "南京银行"),
    named("jsbchina.statement", gettext_noop("JSB 江苏银行 account statement"), "江苏银行"),
    named("rcb.statement", gettext_noop("RCB 农商银行 account statement"), "农商银行", "农商行", "农村商业银行"),
    named("mybank.statement", gettext_noop("MYbank 网商银行 account statement"), "网商银行"),
    named("hsbc.statement", gettext_noop("HSBC 滙豐 account statement"), "滙豐", "汇丰", "HSBC"),
    replace(
        named("czbank.statement", gettext_noop("CZBank 浙商银行 account statement"), "浙商银行"),
        # 借贷标志: 1 is money in, 2 is money out, which the balance need not prove.
        balance=replace(BANK_BALANCE, unclear=tuple(
            replace(each, sql=each.sql.replace("direction_text IN ('1', '2')", "FALSE")) for each in _UNCLEAR
        )),
    ),
)  # fmt: skip

"""Money: one grammar of amounts for Python and SQL, and exact arithmetic on decimals.

Why a grammar: DuckDB's cast takes `1e3` and `1_000`, rounds `12.345678` in silence and refuses `¥12.30`; Python's
`Decimal` takes full-width digits and `NaN`. So a regular expression decides first, in both, and only then is the
text converted. Spreadsheet damage (`1.2E+21`) is no amount: its digits are lost.

Amounts have at most 13 digits before and 5 after the point (WeChat states fees with five); a non-zero digit beyond
is refused, never rounded. Blank, a dash, a slash and the words of NOTHING mean "no amount".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Context, Decimal, FloatOperation, Inexact, InvalidOperation

from huikuan.records.sql import sql_text

SCALE = 5
SQL_TYPE = "DECIMAL(18,5)"
CONTEXT = Context(prec=38, traps=[FloatOperation, Inexact, InvalidOperation])

# What exports write where there is nothing, whatever the column.
NOTHING = ("", "-", "--", "---", "—", "——", "/", "无", "無", "null", "NULL", "N/A", "n/a")
# What stands around a value without meaning anything; WeChat Pay writes a back tick before each.
BLANKS = " \t\u00a0\u3000`"
_CODES = (
    "AUD|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HKD|HUF|IDR|INR|JPY|KRW|MXN|MYR|NOK|NZD|PHP|PLN|SEK|SGD|THB|TRY|TWD|USD|VND"
)
CURRENCY_CODES = frozenset(_CODES.split("|"))
_SYMBOL = f"(?:[¥￥€£₹₩₫฿₱₺]|zł|kr|[A-Z]{{0,2}}[$]|Rs|Rp|RMB|{_CODES})"
_WHOLE = "(?:0*[0-9]{1,13}|[0-9]{1,3}(?:,[0-9]{3}){1,3}|[0-9](?:,[0-9]{3}){4})"
_BODY = f"(?:{_WHOLE}(?:[.][0-9]{{0,5}}0*)?|[.][0-9]{{1,5}}0*)"
# A sign before or after the symbol, a minus behind, or parentheses around: each once only; one symbol, on either side.
AMOUNT_PATTERN = (
    f"[-−+]?(?:{_SYMBOL} ?)?{_BODY}"
    f"|[-−+]? ?{_BODY}[ \u00a0]?(?:{_SYMBOL}|元)"
    f"|{_SYMBOL} ?[-−+]{_BODY}"
    f"|(?:{_SYMBOL} ?)?{_BODY}[-−]"
    f"|[(] ?(?:{_SYMBOL} ?)?{_BODY} ?[)]"
)
# What nearly every cell looks like; tested first because it is cheap.
PLAIN_PATTERN = "-?[0-9]{1,13}(?:[.][0-9]{1,5})?"
_AMOUNT = re.compile(AMOUNT_PATTERN)
_NOT_DIGITS = re.compile(r"[^0-9.]")
_NEGATIVE = re.compile("[-−(]")


def parse_amount(text: str) -> Decimal | None:
    """The amount written in a cell; None where the cell says there is none.

    Raises ValueError where the text is no amount, has too many digits, or would have to be rounded.

    >>> parse_amount("¥1,234.50"), parse_amount("(25.99)"), parse_amount("0.60000-"), parse_amount("--")
    (Decimal('1234.50'), Decimal('-25.99'), Decimal('-0.60000'), None)
    >>> parse_amount("1.2E+21")
    Traceback (most recent call last):
    ...
    ValueError: not an amount: '1.2E+21'
    """
    cell = text.strip(BLANKS)
    if cell in NOTHING:
        return None
    if not _AMOUNT.fullmatch(cell):
        raise ValueError(f"not an amount: {text!r}")
    number = Decimal(_NOT_DIGITS.sub("", cell))
    return -number if number and _NEGATIVE.search(cell) else number


def no_amount_sql(cell: str) -> str:
    """SQL: whether a trimmed cell says that there is no amount."""
    return f"({cell} IS NULL OR {one_of_sql(cell, NOTHING)})"


def one_of_sql(cell: str, words: Iterable[str]) -> str:
    """SQL: whether a cell is one of some words. A pattern: DuckDB makes a join of each longer list, which costs more
    than reading the table."""
    return f"regexp_full_match({cell}, {sql_text('|'.join(map(re.escape, words)))})"


def amount_sql(raw: str) -> str:
    """SQL: the amount in a text cell as DECIMAL(18,5); null where there is none and where it is no amount.

    The same grammar as `parse_amount`. `raw` is an SQL expression without side effects, used several times. Cells
    that are plain numbers, nearly all, are neither trimmed nor looked at twice.
    """
    cell = f"trim({raw}, {sql_text(BLANKS)})"
    digits = f"CAST(regexp_replace({cell}, '[^0-9.]', '', 'g') AS {SQL_TYPE})"
    return (
        f"CASE WHEN {raw} = '' THEN NULL "
        f"WHEN regexp_full_match({raw}, {sql_text(PLAIN_PATTERN)}) THEN CAST({raw} AS {SQL_TYPE}) "
        f"WHEN regexp_full_match({cell}, {sql_text(AMOUNT_PATTERN)}) "
        f"THEN CASE WHEN regexp_matches({cell}, {sql_text(_NEGATIVE.pattern)}) THEN -{digits} ELSE {digits} END END"
    )


def amount_fault_sql(raw: str, value: str) -> str:
    """SQL: whether a text cell, whose amount is `value`, says something that is no amount."""
    cell = f"trim({raw}, {sql_text(BLANKS)})"
    return f"CASE WHEN {value} IS NOT NULL OR {raw} = '' THEN FALSE ELSE NOT {no_amount_sql(cell)} END"


def decimal_comma_sql(raw: str, only_seen: bool) -> str:
    """SQL: a text cell with points and commas exchanged, blanks between thousands taken out. `only_seen`: as it is
    unless one or two digits after a comma end it (a currency may follow), which no thousands separator leaves."""
    thousands = "'([0-9])[ \u00a0\u202f]([0-9]{3})'"
    exchanged = f"regexp_replace(translate({raw}, '.,', ',.'), {thousands}, '\\1\\2', 'g')"
    if not only_seen:
        return exchanged
    return f"CASE WHEN regexp_matches({raw}, ',[0-9]{{1,2}}[^0-9.,]{{0,5}}$') THEN {exchanged} ELSE {raw} END"


# A currency around an amount: `CNY13.50`, `12,30 USD`, `8.00(CN)`, `544,00 $`. CR and DR are none: they are signs.
_CODE = "(?:CNY|CNH|CN|RMB|USD|HKD|EUR|GBP|JPY|AUD|CAD|SGD|MOP|TWD|KRW|THB|CHF|NZD|MYR|INR|US|HK|CA)[$]?"
_UNIT = f"^([-−+]?){_CODE}[ \\t]*|[ \\t]*(?:{_CODE}|[(]{_CODE}[)]|[$€£¥￥元])$"


def without_unit_sql(raw: str) -> str:
    """SQL: a text cell without the currency around its amount, and without a spreadsheet's apostrophe before it."""
    return f"regexp_replace(trim({raw}, {sql_text(BLANKS + chr(39))}), {sql_text(_UNIT)}, '\\1', 'g')"


# What Indian, British and Asian banks write behind an amount: credit or debit of the account holder.
_SIDE = "([0-9])[ \\t]*[(]?([CcDd])(?:[Rr][.]?)?[)]?[ \\t]*$"


def side_sql(raw: str) -> str:
    """SQL: `in` or `out` as the CR or DR behind an amount says; null if neither stands there."""
    letter = f"upper(regexp_extract({raw}, {sql_text(_SIDE)}, 2))"
    return f"CASE {letter} WHEN 'C' THEN 'in' WHEN 'D' THEN 'out' END"


def without_side_sql(raw: str) -> str:
    """SQL: a text cell without the CR or DR behind its amount."""
    return f"regexp_replace({raw}, {sql_text(_SIDE)}, '\\1')"


def blank_trim_sql(cell: str) -> str:
    """SQL: a cell without the blanks around it (space, tab, no-break space, ideographic space)."""
    return f"CASE WHEN {_may_have_blanks_sql(cell)} THEN trim({cell}, {sql_text(BLANKS)}) ELSE {cell} END"


def filled_sql(cell: str) -> str:
    """SQL: a cell without the blanks around it, null where nothing is left."""
    trimmed = f"nullif(trim({cell}, {sql_text(BLANKS)}), '')"
    return f"CASE WHEN {cell} = '' THEN NULL WHEN {_may_have_blanks_sql(cell)} THEN {trimmed} ELSE {cell} END"


def _may_have_blanks_sql(cell: str) -> str:
    """SQL: whether a cell may begin or end with a blank. Trimming costs more than looking at both ends first, and most
    cells need none. Ranges, not a list of blanks: DuckDB makes a join of each list, even where it is never asked."""
    begins = f"{cell} BETWEEN '\t' AND '!' OR starts_with({cell}, '`') OR {cell} BETWEEN '\u00a0' AND '\u3001'"
    ends = " OR ".join(f"ends_with({cell}, {sql_text(blank)})" for blank in BLANKS)
    return f"({begins} OR {ends})"


def to_scale(amount: Decimal, scale: int = SCALE) -> Decimal:
    """The same amount with exactly `scale` decimals. Raises decimal.Inexact if it would have to be rounded.

    >>> to_scale(Decimal("1.5"), 2)
    Decimal('1.50')
    """
    return amount.quantize(Decimal(1).scaleb(-scale), context=CONTEXT)


def plain(amount: Decimal) -> str:
    """Plain decimal text for programs: no exponent, at least two decimals, no other trailing zeros.

    >>> plain(Decimal("12.50000")), plain(Decimal("0.00600")), plain(Decimal("-0")), plain(Decimal("1E+2"))
    ('12.50', '0.006', '0.00', '100.00')
    """
    text = f"{amount:f}" if amount else "0"
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(2, '0')}"


def split_exactly(amount: Decimal, weights: list[Decimal], scale: int = 2) -> list[Decimal]:
    """Split an amount by weights into parts that add up to it exactly (largest remainder; ties to the earlier part).

    All weights zero: equal parts. Weights must not be negative.

    >>> split_exactly(Decimal("10.00"), [Decimal(1), Decimal(1), Decimal(1)])
    [Decimal('3.34'), Decimal('3.33'), Decimal('3.33')]
    """
    if not weights:
        raise ValueError("nothing to split over")
    total = sum(weights, Decimal(0))
    shares = weights if total else [Decimal(1)] * len(weights)
    total = total or Decimal(len(weights))
    units = int(to_scale(abs(amount), scale).scaleb(scale))
    exact = [(units * share) // total for share in shares]
    rest = [(units * share) % total for share in shares]
    left = units - int(sum(exact))
    for index in sorted(range(len(shares)), key=lambda i: (-rest[i], i))[:left]:
        exact[index] += 1
    sign = -1 if amount < 0 else 1
    return [sign * part.scaleb(-scale) for part in exact]

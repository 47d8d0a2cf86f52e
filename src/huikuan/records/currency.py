"""Currencies: codes, their minor units, and the few places where a source names one loosely."""

from __future__ import annotations

from huikuan.records.sql import sql_text

# ISO 4217 currencies without minor units, and with three; all others have two.
NO_MINOR_UNITS = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF")
)
THREE_DECIMALS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))

# Wording seen in Chinese bank and platform files.
CURRENCY_WORDS: dict[str, str] = {
    "人民币": "CNY", "人民币元": "CNY", "RMB": "CNY", "CNY": "CNY", "元": "CNY", "156": "CNY", "001": "CNY",
    "01": "CNY",
    "美元": "USD", "港币": "HKD", "港元": "HKD", "欧元": "EUR", "日元": "JPY", "英镑": "GBP", "澳元": "AUD",
    "加元": "CAD", "加拿大元": "CAD", "新加坡元": "SGD", "澳门元": "MOP", "瑞士法郎": "CHF", "新台币": "TWD",
}  # fmt: skip

# The currencies a symbol beside an amount may stand for; a plain dollar is anybody's.
SYMBOLS: dict[str, tuple[str, ...]] = {
    "€": ("EUR",), "£": ("GBP",), "¥": ("CNY", "JPY"), "￥": ("CNY", "JPY"), "₹": ("INR",), "₩": ("KRW",),
    "₫": ("VND",), "฿": ("THB",), "₱": ("PHP",), "₺": ("TRY",), "zł": ("PLN",), "kr": ("SEK", "NOK", "DKK"),
    "Rp": ("IDR",), "US$": ("USD",), "CA$": ("CAD",), "C$": ("CAD",), "A$": ("AUD",), "AU$": ("AUD",),
    "NZ$": ("NZD",), "HK$": ("HKD",), "S$": ("SGD",), "NT$": ("TWD",), "R$": ("BRL",), "MX$": ("MXN",),
    "$": ("USD", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD", "MXN"),
}  # fmt: skip


def contradicts_sql(cell: str, currency: str) -> str:
    """SQL: whether an amount is written with the symbol of another currency than `currency` says."""
    symbol = f"regexp_replace({cell}, '[-−+0-9.,() \u00a0\u202f\t`]', '', 'g')"
    listed = " ".join(
        f"WHEN {sql_text(each)} THEN {currency} NOT IN ({', '.join(map(sql_text, codes))})"
        for each, codes in SYMBOLS.items()
    )
    code = f"regexp_full_match({symbol}, '[A-Z]{{3}}') AND {symbol} <> {currency}"
    return f"coalesce(CASE {symbol} {listed} ELSE {code} END, FALSE)"


def currency_code(wording: str) -> str | None:
    """The ISO code of a currency as a source writes it; None if it is not known.

    >>> currency_code("人民币"), currency_code("cad"), currency_code("??")
    ('CNY', 'CAD', None)
    """
    word = wording.strip().upper()
    if word in CURRENCY_WORDS:
        return CURRENCY_WORDS[word]
    return word if len(word) == 3 and word.isascii() and word.isalpha() else None


def decimals(code: str) -> int:
    """How many decimals a currency is written with.

    >>> decimals("CNY"), decimals("JPY"), decimals("KWD")
    (2, 0, 3)
    """
    if code in NO_MINOR_UNITS:
        return 0
    return 3 if code in THREE_DECIMALS else 2

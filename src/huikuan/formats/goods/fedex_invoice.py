"""FedEx Billing Online invoice: one row per tracking number, its charges in up to 25 pairs of columns.

Source: third parties' parsers and table definitions of the full download (some 160 columns, read 2026-11), and a
shorter report of the same site with one amount per row. Traps:
- `Tracking ID Charge Description` and `Tracking ID Charge Amount` stand up to 25 times with the same names; programs
  that saved the file again number them (`_1`, `.1`, ` 1`).
- Transportation Charge Amount is the base before discounts, which are pairs with negative amounts. All of a row's
  charges come to its Net Charge Amount; what that holds beyond them is the charge `rest`.
- Original Amount Due is the whole invoice's, repeated on each row: the rows' net charges must come to it.
- The tracking number is Ground Tracking ID Prefix + Express or Ground Tracking ID. Weights have a unit (L, K).
- The file names no currency; the site bills in US dollars.
"""

from huikuan.formats.goods.courier_columns import kilograms_sql
from huikuan.formats.spec import (
    ISO_DATES,
    About,
    Amount,
    Column,
    Day,
    Emit,
    Expression,
    Fact,
    Footer,
    Format,
    Identifier,
    Text,
    Total,
)
from huikuan.records.messages import gettext_noop

PAIRS = 25
_ITEM, _AMOUNT = "Tracking ID Charge Description", "Tracking ID Charge Amount"
_DATES = (*ISO_DATES, "%m/%d/%Y")


def _numbered(name: str, pair: int) -> tuple[str, ...]:
    """The header of the pair-th column (from 1) as programs number equal headers, which begin at the second."""
    return (f"{name}_{pair - 1}", f"{name}.{pair - 1}") if pair > 1 else (f"{name} 1",)


def _pair(pair: int) -> tuple[Column, ...]:
    blank = (f"{_ITEM} {pair}",), (f"{_AMOUNT} {pair}",)
    return (
        Text(f"item_{pair}", (_ITEM,), occurrence=pair),
        Text(f"item_b{pair}", (*_numbered(_ITEM, pair), *blank[0])),
        Amount(f"amount_{pair}", (_AMOUNT,), occurrence=pair),
        Amount(f"amount_b{pair}", (*_numbered(_AMOUNT, pair), *blank[1])),
    )


def _amount(pair: int) -> str:
    return f"coalesce(amount_{pair}, amount_b{pair}, 0)"


_ALL = range(1, PAIRS + 1)
_CHARGES = f"(coalesce(base, 0) + {' + '.join(_amount(pair) for pair in _ALL)})"
# The short report writes one description and the net charge alone.
_SINGLE = f"base IS NULL AND {' AND '.join(f'{_amount(pair)} = 0' for pair in _ALL)}"
_FIELDS = {
    "invoice_no": "invoice_no",
    "tracking_no": "tracking_no",
    "order_no": "reference",
    "weight": "weight",
    "actual_weight": "actual",
    "zone": "zone",
    "origin": "origin",
    "province": "province",
    "city": "city",
    "postcode": "postcode",
    "direction": "direction",
    "text": "service",
}


def _charge(charge: str, item: str, amount: str, where: str) -> Emit:
    return Emit("courier_charge", {**_FIELDS, "charge": charge, "item": item, "amount": amount}, "billed", where)


def _pair_emit(pair: int) -> Emit:
    item = f"coalesce(item_{pair}, item_b{pair}, 'other')"
    charge = f"CASE WHEN lower({item}) LIKE '%fuel%' THEN 'fuel' ELSE {item} END"
    return _charge(charge, item, _amount(pair), f"{_amount(pair)} <> 0")


FEDEX_INVOICE = Format(
    id="fedex.invoice",
    about=About(
        gettext_noop("FedEx Billing Online invoice"),
        gettext_noop("FedEx Billing Online → Download center → all columns, CSV or Excel"),
        "documentation",
        gettext_noop("Base charge, surcharges and discounts of each tracking number; they come to its net charge."),
    ),
    needs=(("Invoice Number",), ("Express or Ground Tracking ID",), ("Net Charge Amount",), ("Service Type",)),
    columns=(
        Identifier("account_no", ("Bill to Account Number",)),
        Day("billed", ("Invoice Date",), filled=True, formats=_DATES),
        Identifier("invoice_no", ("Invoice Number",), filled=True),
        Amount("invoice_amount", ("Original Amount Due",)),
        Identifier("prefix", ("Ground Tracking ID Prefix",)),
        Identifier("number", ("Express or Ground Tracking ID",), filled=True),
        Amount("base", ("Transportation Charge Amount",)),
        Amount("net", ("Net Charge Amount",), filled=True),
        Text("service", ("Service Type",)),
        Text("ground", ("Ground Service",)),
        Amount("measured", ("Actual Weight Amount",)),
        Text("measured_unit", ("Actual Weight Units",)),
        Amount("rated", ("Rated Weight Amount",)),
        Text("rated_unit", ("Rated Weight Units",)),
        Text("reference", ("Original Customer Reference",)),
        Identifier("zone", ("Zone Code",)),
        Identifier("origin", ("Shipper Zip Code",)),
        Text("city", ("Recipient City",)),
        Text("province", ("Recipient State",)),
        Identifier("postcode", ("Recipient Zip Code",)),
        *(column for pair in _ALL for column in _pair(pair)),
    ),
    values=(
        Expression("tracking_no", "concat(prefix, number)", "text"),
        Expression("weight", kilograms_sql("rated", "rated_unit"), "quantity"),
        Expression("actual", kilograms_sql("measured", "measured_unit"), "quantity"),
        Expression(
            "direction",
            "CASE WHEN contains(lower(concat(service, ' ', ground)), 'return') THEN 'return' ELSE 'forward' END",
            "text",
        ),
        Expression("charges", _CHARGES, "money"),
        Expression("single", _SINGLE, "bool"),
        Expression("described", "coalesce(item_1, item_b1)", "text"),
    ),
    emits=(
        _charge("'freight'", "service", "base", "coalesce(base, 0) <> 0"),
        *(_pair_emit(pair) for pair in _ALL),
        _charge(
            "CASE WHEN described IS NULL THEN 'freight' ELSE described END",
            "coalesce(described, service)",
            "net",
            "single",
        ),
        _charge("'rest'", "'rest'", "net - charges", "NOT single AND net <> charges"),
    ),
    footer=Footer(starts=("Total", "TOTAL", "Grand Total")),
    facts=(Fact("total", r"(?i)^(?:grand )?total[^\d-]*(-?\$?[\d,]+\.\d{2})$"),),
    totals=(
        Total("Net Charge Amount", "sum(net) FILTER (NOT single)", "sum(charges) FILTER (NOT single)", in_rows=True),
        Total(
            "Original Amount Due",
            "list_sum(list_transform(list_distinct(list({'number': invoice_no, 'due': invoice_amount})), "
            "each -> each.due))",
            "sum(net)",
            in_rows=True,
        ),
        Total("Total", "total", "sum(net)"),
    ),
    account_value="account_no",
    currency="USD",
)

"""UPS billing data file: 250 columns, one row per charge of a parcel, usually without a header.

Source: a third party's list of the 250 columns in order, and others' notes on real files (read 2026-11). Traps:
- No header line: the file is known by its shape (250 cells; tracking number, dates and codes in their places). A file
  to which someone has added the header is read by its names.
- Invoice Amount (column 11) is the whole invoice's and stands on each row: it is not summed but proves the rows, whose
  Net Amounts must come to it.
- Corrections come weeks later, on another invoice, for the same tracking number.
- Weights have their unit in a column of their own: L pounds, K kilograms. Rows of charges that belong to no parcel have
  no tracking number. Senders' and receivers' names and streets are not read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from huikuan.formats.goods.courier_columns import kilograms_sql
from huikuan.formats.spec import ISO_DATES, About, Amount, Day, Emit, Expression, Format, Identifier, Text, Total
from huikuan.records.messages import gettext_noop

WIDTH = 250
# Column numbers from 1, of those that are read.
_NAMES = {
    3: "Account Number", 5: "Invoice Date", 6: "Invoice Number", 10: "Invoice Currency Code", 11: "Invoice Amount",
    12: "Transaction Date", 14: "Lead Shipment Number", 16: "Shipment Reference Number 1", 21: "Tracking Number",
    22: "Package Reference Number 1", 27: "Entered Weight", 28: "Entered Weight Unit of Measure", 29: "Billed Weight",
    30: "Billed Weight Unit of Measure", 33: "Package Dimensions", 34: "Zone", 35: "Charge Category Code",
    36: "Charge Category Detail Code", 44: "Charge Classification Code", 45: "Charge Description Code",
    46: "Charge Description", 51: "Transaction Currency Code", 52: "Incentive Amount", 53: "Net Amount",
    73: "Sender Postal", 79: "Receiver City", 80: "Receiver State", 81: "Receiver Postal",
}  # fmt: skip
PLACES = tuple(_NAMES.get(number, f"UPS column {number}") for number in range(1, WIDTH + 1))
US_DATES = (*ISO_DATES, "%m/%d/%Y", "%m/%d/%y")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}( .*)?|\d{8}|\d{1,2}/\d{1,2}/(\d{2}|\d{4})")
_DATE_OR_NONE = re.compile(f"({_DATE.pattern})?")
_CODE_OR_NONE = re.compile(r"([A-Z0-9]{2,4})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_MONEY = re.compile(r"-?[\d,]*\.?\d+")


def is_ups(cells: Sequence[str]) -> bool:
    """Whether a row has the shape of a row of this file: date, codes, currency and amounts where they belong. A sheet
    leaves out blank cells at the end of its rows."""
    row = [cell.strip(" \t\"'") for cell in cells[: WIDTH + 2]]
    if not 53 <= len(cells) <= WIDTH + 2 or any(row[WIDTH:]):
        return False

    def fits(pattern: re.Pattern[str], *numbers: int) -> bool:
        return all(pattern.fullmatch(row[number - 1]) for number in numbers)

    coded = fits(_CODE_OR_NONE, 35, 36, 44) and bool(row[34] or row[43])
    priced = fits(_MONEY, 11, 53) and any(fits(_CURRENCY, number) for number in (10, 51))
    return fits(_DATE, 5) and fits(_DATE_OR_NONE, 12) and coded and priced


UPS_INVOICE = Format(
    id="ups.invoice",
    about=About(
        gettext_noop("UPS billing data (250 columns)"),
        gettext_noop("UPS Billing Center → Invoices → Download, CSV 250 columns"),
        "documentation",
        gettext_noop("One charge per row; the net amounts of an invoice must come to its invoice amount."),
    ),
    needs=(("Tracking Number",), ("Charge Classification Code",), ("Net Amount",), ("Invoice Number",)),
    shape=is_ups,
    places=PLACES,
    delimiters=(",", "\t", ";", "|"),
    columns=(
        Identifier("account_no", ("Account Number",)),
        Day("billed", ("Invoice Date",), filled=True, formats=US_DATES),
        Identifier("invoice_no", ("Invoice Number",), filled=True),
        Text("invoice_currency", ("Invoice Currency Code",)),
        Amount("invoice_amount", ("Invoice Amount",)),
        Identifier("lead_no", ("Lead Shipment Number",)),
        Identifier("tracking", ("Tracking Number",)),
        Text("reference", ("Package Reference Number 1",)),
        Text("shipment_reference", ("Shipment Reference Number 1",)),
        Amount("entered", ("Entered Weight",)),
        Text("entered_unit", ("Entered Weight Unit of Measure",)),
        Amount("billed_weight", ("Billed Weight",)),
        Text("billed_unit", ("Billed Weight Unit of Measure",)),
        Text("volume", ("Package Dimensions",)),
        Identifier("zone", ("Zone",)),
        Text("category", ("Charge Category Code",)),
        Text("detail", ("Charge Category Detail Code",)),
        Text("class", ("Charge Classification Code",)),
        Text("code", ("Charge Description Code",)),
        Text("item", ("Charge Description",)),
        Text("money", ("Transaction Currency Code",)),
        Amount("net", ("Net Amount",), filled=True),
        Identifier("origin", ("Sender Postal",)),
        Text("city", ("Receiver City",)),
        Text("province", ("Receiver State",)),
        Identifier("postcode", ("Receiver Postal",)),
    ),
    values=(
        Expression("tracking_no", "coalesce(tracking, lead_no)", "text"),
        Expression(
            "charge",
            "CASE class WHEN 'FRT' THEN 'freight' WHEN 'FSC' THEN 'fuel' "
            "ELSE coalesce(nullif(concat_ws('-', coalesce(class, category), coalesce(code, detail)), ''), 'other') END",
            "text",
        ),
        Expression("direction", "CASE category WHEN 'SHP' THEN 'forward' WHEN 'RTN' THEN 'return' END", "text"),
        Expression("weight", kilograms_sql("billed_weight", "billed_unit"), "quantity"),
        Expression("actual", kilograms_sql("entered", "entered_unit"), "quantity"),
        Expression("currency_code", "coalesce(money, invoice_currency)", "text"),
    ),
    emits=(
        Emit(
            kind="courier_charge",
            moment="billed",
            fields={
                "invoice_no": "invoice_no",
                "tracking_no": "tracking_no",
                "charge": "charge",
                "amount": "net",
                "item": "item",
                "direction": "direction",
                "order_no": "coalesce(reference, shipment_reference)",
                "weight": "weight",
                "actual_weight": "actual",
                "volume": "volume",
                "zone": "zone",
                "origin": "origin",
                "province": "province",
                "city": "city",
                "postcode": "postcode",
            },
        ),
    ),
    totals=(
        Total(
            "Invoice Amount",
            "list_sum(list_transform(list_distinct(list({'number': invoice_no, 'due': invoice_amount})), "
            "each -> each.due))",
            "sum(net)",
            in_rows=True,
        ),
    ),
    account_value="account_no",
    currency="USD",
    currency_value="currency_code",
    short_rows="pad",
)

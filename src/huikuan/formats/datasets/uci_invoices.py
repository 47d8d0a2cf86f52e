"""UCI Online Retail, a public data set: the invoices of a British wholesaler of gifts, one row per item line.

Checked against 44 of its daily files (77,628 lines). How its rows are read:
- A sold line is an order line. All lines of an invoice are one order; 747 lines that repeat another exactly stay lines
  of their own, by the number of the line within its invoice.
- A `C` invoice cancels: its quantities are negative and it names no invoice before it. It is a credit note, an order of
  its own that sold nothing and gave its amount back on its day, so that sales less refunds are the data set's net
  sales; and a return line of its goods, with the customer's hash, which is what may be matched.
- A line without a price, a `C` or a customer is a note of the stock keepers, not a sale: a negative quantity (broken,
  lost), or one whose description is blank or not in capitals, as those of goods are. It is a stock move.
- An `A` invoice adjusts bad debt and sells nothing: ignored.
- Stock codes that are no goods: POST, DOT and C2 are freight, D a discount, M by hand, BANK CHARGES, AMAZONFEE, S,
  CRUK. They stay lines; freight is told as such.
- CustomerID is written 15881.0, and blank on more than a third of the lines.
- Country is all that is told of where an invoice went; it stands where a province would.
Later editions name the columns Invoice, Price, Customer ID; where dates are written 12/1/2010, the file must show which
comes first.
"""

from huikuan.formats.spec import (
    About,
    Amount,
    Emit,
    Expression,
    Format,
    Identifier,
    Moment,
    Person,
    Reject,
    Text,
)
from huikuan.records.messages import gettext_noop, register

register(
    {
        "uci.sign": gettext_noop(
            "%(place)s: a cancelled line (C…) has a negative quantity and a sold line a positive one; here it is the "
            "other way round (%(value)s). Whether it was sold or given back cannot be told: correct the row."
        ),
    }
)
_NO_GOODS = "('POST', 'DOT', 'C2', 'D', 'M', 'm', 'S', 'B', 'BANK CHARGES', 'AMAZONFEE', 'CRUK', 'PADS', 'ADJUST')"

UCI_INVOICES = Format(
    id="uci.invoices",
    about=About(
        gettext_noop("UCI Online Retail invoices"),
        gettext_noop("The public UCI data set Online Retail, whole or by day"),
        "real file",
        gettext_noop(
            "Sales are order lines, cancellations credit notes and return lines, notes of stock keepers stock moves."
        ),
    ),
    needs=(("InvoiceNo", "Invoice"), ("StockCode",), ("Quantity",), ("UnitPrice", "Price"), ("InvoiceDate",)),
    columns=(
        Identifier("invoice_no", ("InvoiceNo", "Invoice"), filled=True),
        Identifier("sku", ("StockCode",), filled=True),
        Text("title", ("Description",)),
        Amount("qty", ("Quantity",), filled=True),
        Moment(
            "billed",
            ("InvoiceDate",),
            filled=True,
            tz="Europe/London",
            day_first="seen",
        ),
        Amount("price", ("UnitPrice", "Price"), filled=True),
        Person("customer", ("CustomerID", "Customer ID")),
        Text("country", ("Country",)),
    ),
    values=(
        Expression("adjusts", "starts_with(invoice_no, 'A')", "bool"),
        Expression("cancels", "starts_with(invoice_no, 'C')", "bool"),
        Expression("amount", "qty * price", "money"),
        Expression("goods", f"sku NOT IN {_NO_GOODS} AND NOT starts_with(sku, 'gift_')", "bool"),
        Expression(
            "keeper",
            "NOT adjusts AND NOT cancels AND price = 0 AND "
            "(qty < 0 OR (customer_hash IS NULL AND (title IS NULL OR title <> upper(title))))",
            "bool",
        ),
    ),
    rejects=(
        Reject(
            "uci.sign",
            "NOT adjusts AND NOT keeper AND ((cancels AND qty > 0) OR (NOT cancels AND qty < 0) OR price < 0)",
            "Quantity",
        ),
    ),
    ignored="adjusts",
    emits=(
        Emit(
            kind="order_line",
            moment="billed",
            where="NOT cancels AND NOT keeper",
            fields={
                "order_no": "invoice_no",
                "status": "'paid'",
                "sku": "sku",
                "title": "title",
                "qty": "qty",
                "list_amount": "amount",
                "shipping_fee": "CASE WHEN sku IN ('POST', 'DOT', 'C2') THEN amount END",
                "paid": "amount",
                "created_at": "billed",
                "paid_at": "billed",
                "province": "country",
                "buyer_hash": "customer_hash",
                "buyer_mask": "customer_mask",
            },
        ),
        Emit(
            kind="order_line",
            moment="billed",
            where="cancels",
            fields={
                "order_no": "invoice_no",
                "status": "'refunded'",
                "sku": "sku",
                "title": "title",
                "qty": "0",
                "paid": "0",
                "refunded": "-amount",
                "created_at": "billed",
                "refunded_at": "billed",
                "province": "country",
                "buyer_hash": "customer_hash",
                "buyer_mask": "customer_mask",
            },
        ),
        Emit(
            kind="return_line",
            moment="billed",
            where="cancels",
            fields={
                "return_no": "invoice_no",
                "sku": "sku",
                "goods_back": "CASE WHEN NOT goods THEN FALSE END",
                "qty_claimed": "-qty",
                "status": "'refunded'",
                "reason": "title",
                "refund_amount": "-amount",
                "buyer_hash": "customer_hash",
                "requested_at": "billed",
                "refunded_at": "billed",
            },
        ),
        Emit(
            kind="stock_move",
            moment="billed",
            where="keeper",
            fields={
                "move_no": "invoice_no",
                "type": "'count'",
                "item": "title",
                "sku": "sku",
                "qty": "qty",
            },
        ),
    ),
    currency="GBP",
)

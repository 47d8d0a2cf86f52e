"""Files of Shopify, PayPal and Amazon, and of a bank in dollars."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from benchmarks.other_world.files import memo_of, told, within, write
from benchmarks.other_world.files_market import of, parts_of, together
from benchmarks.other_world.model import NOUGHT, START, BankLine, Move, Order, Payout


def abroad(moment: datetime | None) -> str:
    """As a shop in New York writes it; times here are UTC+8."""
    return f"{moment - timedelta(hours=13):%Y-%m-%d %H:%M:%S} -0500" if moment else ""


SHOPIFY_ORDERS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Subtotal,Shipping,Taxes,Total,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Cancelled at,Payment Method,Refunded Amount,Outstanding Balance,Id"
)


def shopify_orders(path: Path, orders: Sequence[Order]) -> None:
    """A row per item; the order's own fields stand on its first row only."""
    rows = [SHOPIFY_ORDERS]
    for o in orders:
        way = "PayPal Express Checkout" if o.paid_by == "PayPal" else "Shopify Payments"
        state = (
            "pending"
            if not o.paid_at
            else "paid"
            if not o.refunded
            else "refunded"
            if o.refunded >= o.paid
            else "partially_refunded"
        )
        for n, (_, sku, qty, amount, part) in enumerate(parts_of(o)):
            item = f"{abroad(o.created)},{qty},Mug,{amount / qty:.2f},{sku}"
            if n:
                rows.append(f"{o.no},b@example.com,,,,,,,,,,{item},,,,,")
            else:
                due = NOUGHT if o.paid_at else o.total
                rows.append(
                    f"{o.no},b@example.com,{state},{abroad(o.paid_at)},{'fulfilled' if o.shipped else 'unfulfilled'},"
                    f"{abroad(o.shipped)},USD,{o.total},0.00,0.00,{o.total},{item},{abroad(o.closed)},{way},{o.refunded},{due},"
                    f"60{o.no[1:]}"
                )
            o.told_line(f"{n}", amount - part if o.paid_at else NOUGHT, (path.name, len(rows)))
    write(path, rows, end="\n")


def shopify_payments(path: Path, moves: Sequence[Move]) -> None:
    """Every transaction with the payout it is part of; newest first, amounts as the buyer paid them beside."""
    rows = [
        "Transaction Date,Type,Order,Card Brand,Card Source,Payout Status,Payout Date,Available On,Amount,Fee,Net,Checkout,"
        "Payment Method Name,Presentment Amount,Presentment Currency,Currency"
    ]
    for n, some in enumerate(reversed(together(moves))):
        one = some[0]
        gross, fee = of(some, "sale", "refund"), -of(some, "payment_fee")
        kind = "refund" if one.kind == "refund" else "charge"
        shown, currency = (
            (abs(gross), "USD") if n % 4 else ((abs(gross) * Decimal("0.92")).quantize(Decimal("0.01")), "EUR")
        )
        rows.append(
            f"{abroad(one.at)},{kind},{one.number},visa,online,paid,{one.batch},{one.batch},{gross},{fee},{gross - fee},"
            f"#{one.number[1:]}{'b' if one.again else ''},card,{shown},{currency},USD"
        )
        for move in some:
            told(move, path, len(rows))
    write(path, rows, end="\n")


PAYPAL = (
    "Date,Time,TimeZone,Name,Type,Status,Currency,Gross,Fee,Net,From Email Address,To Email Address,Transaction ID,Item Title,Item ID,"
    "Reference Txn ID,Invoice Number,Receipt ID,Balance,Note"
)


def paypal(path: Path, moves: Sequence[Move], first: date, last: date) -> None:
    """Activity report in GMT; fees stand beside the payment."""
    words = {
        "sale": "Express Checkout Payment",
        "refund": "Payment Refund",
        "payout": "General Withdrawal",
        "payout_back": "Reversal of ACH Withdrawal Transaction",
    }
    rows = [PAYPAL.replace(",", '","').join('""')]
    for some in together(moves):
        one, at = some[0], some[0].at - timedelta(hours=8)
        if not within(one.at, first, last):
            continue
        fee = of(some, "payment_fee")
        gross = sum((move.amount for move in some), NOUGHT) - fee
        values = (
            f"{at:%m/%d/%Y}", f"{at:%H:%M:%S}", "GMT", "Buyer" if one.order else "", words[one.kind], "Completed", "USD",
            f"{gross:,.2f}", f"{fee:,.2f}", f"{gross + fee:,.2f}", "", "", f"T{one.flow}", "Mug", "", "", one.number, "",
            f"{some[-1].balance:,.2f}", "",
        )  # fmt: skip
        rows.append(",".join(f'"{value}"' for value in values))
        for move in some:
            told(move, path, len(rows))
    write(path, rows, "utf-8-sig")


AMAZON = [
    "settlement-id",
    "settlement-start-date",
    "settlement-end-date",
    "deposit-date",
    "total-amount",
    "currency",
    "transaction-type",
    "order-id",
    "merchant-order-id",
    "adjustment-id",
    "shipment-id",
    "marketplace-name",
    "shipment-fee-type",
    "shipment-fee-amount",
    "order-fee-type",
    "order-fee-amount",
    "fulfillment-id",
    "posted-date",
    "order-item-code",
    "merchant-order-item-id",
    "merchant-adjustment-item-id",
    "sku",
    "quantity-purchased",
    "price-type",
    "price-amount",
    "item-related-fee-type",
    "item-related-fee-amount",
    "misc-fee-amount",
    "other-fee-amount",
    "other-fee-reason-description",
    "direct-payment-type",
    "direct-payment-amount",
    "other-amount",
]
AMAZON_WORDS = {
    "subscription": "Subscription Fee", "reserve": "Current Reserve Amount", "reserve_back": "Previous Reserve Amount Balance",
    "carried": "Payable to Amazon",
}  # fmt: skip


def amazon(path: Callable[[str], Path], moves: Sequence[Move], payouts: Sequence[Payout]) -> None:
    """One V2 file per settlement; its first row says the total."""
    batches: dict[str, list[Move]] = defaultdict(list)
    for move in moves:
        batches[move.batch].append(move)
    for n, (number, some) in enumerate(sorted(batches.items())):
        first = datetime.combine(START, datetime.min.time()) + timedelta(days=14 * n)
        total = sum((move.amount for move in some), NOUGHT)

        def stamp(moment: datetime) -> str:
            return f"{moment - timedelta(hours=8):%Y-%m-%dT%H:%M:%S}+00:00"

        def row(number: str = number, **cells: object) -> str:
            filled = {"settlement-id": number, **{name.replace("_", "-"): value for name, value in cells.items()}}
            return "\t".join(str(filled.get(name, "")) for name in AMAZON)

        rows = ["\t".join(AMAZON), row(
            settlement_start_date=stamp(first), settlement_end_date=stamp(first + timedelta(days=14)),
            deposit_date=stamp(first + timedelta(days=15, hours=10)), total_amount=total, currency="USD",
        )]  # fmt: skip
        file = path(number)
        for payout in payouts:
            if payout.batch[0].batch == number:
                told(payout.moves[0], file, len(rows))
        for move in some:
            day = stamp(move.at)
            if move.kind == "sale":
                rows.append(
                    row(
                        transaction_type="Order",
                        order_id=move.number,
                        posted_date=day,
                        sku="SKU1",
                        price_type="Principal",
                        price_amount=move.amount,
                    )
                )
            elif move.kind == "commission":
                rows.append(
                    row(
                        transaction_type="Order",
                        order_id=move.number,
                        posted_date=day,
                        sku="SKU1",
                        item_related_fee_type="Commission",
                        item_related_fee_amount=move.amount,
                    )
                )
            else:
                rows.append(row(transaction_type=AMAZON_WORDS[move.kind], posted_date=day, other_amount=move.amount))
            told(move, file, len(rows))
        write(file, rows, end="\n")


def ofx(path: Path, lines: Sequence[BankLine], account: str) -> None:
    """OFX 1.02, a row of text per transaction."""
    rows = [
        "OFXHEADER:100", "DATA:OFXSGML", "VERSION:102", "SECURITY:NONE", "ENCODING:USASCII", "CHARSET:1252", "COMPRESSION:NONE",
        "OLDFILEUID:NONE", "NEWFILEUID:NONE", "",
        "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260401<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>",
        "<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>021000021"
        f"<ACCTID>{account}<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>20260101<DTEND>20260331",
    ]  # fmt: skip
    for n, line in enumerate(lines, 1):
        rows.append(
            f"<STMTTRN><TRNTYPE>{'CREDIT' if line.amount > 0 else 'DEBIT'}<DTPOSTED>{line.at:%Y%m%d}<TRNAMT>{line.amount}<FITID>{n:06}"
            f"<NAME>{line.party or 'BANK'}<MEMO>{memo_of(line)}</STMTTRN>"
        )
        told(line, path, n)
    rows.append(
        f"</BANKTRANLIST><LEDGERBAL><BALAMT>{lines[-1].balance}<DTASOF>20260331</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    )
    write(path, rows)

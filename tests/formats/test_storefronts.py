"""Shopify, Stripe and PayPal: the real samples, the traps of files we do not hold, and what must be refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from huikuan.demo.specimens.storefronts import STOREFRONTS
from tests.formats.support import Read, read, sample

ORDERS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Subtotal,Shipping,Taxes,Total,"
    "Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Shipping Zip,"
    "Shipping Province,Notes,Cancelled at,Payment Reference,Refunded Amount,Outstanding Balance"
)


def content(layout: str) -> str:
    """The text of a specimen, by format or layout."""
    [found] = [each for each in STOREFRONTS if layout in (each.format, each.layout)]
    return found.content.decode("utf-8-sig")


def saved(folder: Path, text: str, name: str = "file.csv", account: str = "Acc") -> Read:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read(path, account=account)


def test_the_real_orders_export() -> None:
    got = read(sample("shopify/orders_export/orders_export_1.transcribed.csv"))
    assert (got.reading.format, got.reading.status, got.reading.rows) == ("shopify.orders", "imported", 2)
    assert got.reading.totals["order_line.paid"] == Decimal("250.70")
    assert got.rows("order_line", "order_no, status, paid, list_amount, merchant_discount, currency") == [
        ("#1002", "shipped", Decimal("141.70"), Decimal("130.00"), Decimal(0), "INR"),
        ("#1001", "shipped", Decimal("109.00"), Decimal("100.00"), Decimal(0), "INR"),
    ]


def orders(folder: Path, *lines: str, header: str = ORDERS) -> Read:
    return saved(folder, "\n".join([header, *lines, ""]), "orders_export_1.csv")


def test_what_is_the_orders_is_allocated_to_its_lines(tmp_path: Path) -> None:
    got = orders(
        tmp_path,
        "P5601,a@example.com,partially_refunded,2026-02-01 10:01:00 -0500,fulfilled,2026-02-02 10:00:00 -0500,USD,"
        '90.00,10.00,0.00,100.00,10.00,2026-02-01 10:00:00 -0500,1,Mug,40.00,MUG,\'98122,WA,"a\nb",,pay_1,9.99,0.00',
        "P5601,a@example.com,,,,,,,,,,,2026-02-01 10:00:00 -0500,2,Cup,20.00,CUP,,,,,,,",
        "P5601,a@example.com,,,,,,,,,,,2026-02-01 10:00:00 -0500,1,Lid,20.00,LID,,,,,,,",
    )
    assert (got.reading.status, got.reading.rows) == ("imported", 3)
    lines = got.rows("order_line", "line_no, sku, paid, shipping_fee, merchant_discount, refunded, status, postcode")
    assert lines == [
        ("1", "MUG", Decimal("40.00"), Decimal("4.00"), Decimal("4.00"), Decimal("3.99"), "shipped", "98122"),
        ("2", "CUP", Decimal("40.00"), Decimal("4.00"), Decimal("4.00"), Decimal("4.00"), "shipped", "98122"),
        ("3", "LID", Decimal("20.00"), Decimal("2.00"), Decimal("2.00"), Decimal("2.00"), "shipped", "98122"),
    ]
    assert sum(line[5] for line in lines) == Decimal("9.99")
    assert got.rows("order_line", "DISTINCT currency, source_row IN (2, 4, 5)") == [("USD", True)]


@pytest.mark.parametrize(
    ("state", "refunded", "outstanding", "status", "paid"),
    [
        ("authorized", "0.00", "50.00", "unpaid", "0.00"),
        ("pending", "0.00", "50.00", "unpaid", "0.00"),
        ("voided", "0.00", "0.00", "cancelled", "0.00"),
        ("refunded", "50.00", "0.00", "refunded", "50.00"),
        ("partially_paid", "0.00", "20.00", "paid", "30.00"),
        ("paid", "0.00", "0.00", "paid", "50.00"),
    ],
)
def test_states_of_an_order(
    tmp_path: Path, state: str, refunded: str, outstanding: str, status: str, paid: str
) -> None:
    line = (
        f"#1,a@example.com,{state},,unfulfilled,,USD,50.00,0.00,0.00,50.00,0.00,2026-02-01 10:00:00 -0500,1,Mug,50.00,"
        f"MUG,,,,,,{refunded},{outstanding}"
    )
    assert orders(tmp_path, line).rows("order_line", "status, paid, refunded") == [
        (status, Decimal(paid), Decimal(refunded))
    ]


def test_an_order_with_a_broken_price_is_refused(tmp_path: Path) -> None:
    line = "#1,a@example.com,paid,,,,USD,50.00,0.00,0.00,50.00,0.00,2026-02-01 10:00:00 -0500,1,Mug,fifty,MUG,,,,,,,"
    got = orders(tmp_path, line)
    assert (got.reading.status, got.codes) == ("refused", ["amount.unreadable"])


def test_shopify_payments_line_by_line(tmp_path: Path) -> None:
    got = saved(tmp_path, content("shopify.payments"))
    assert set(got.rows("settlement_line", "order_no, type, amount, batch")[:3]) == {
        ("#1003", "sale", Decimal("100.00"), "2026-02-05"),
        ("#1003", "payment_fee", Decimal("-3.20"), "2026-02-05"),
        (None, "payout", Decimal("-96.80"), "2026-02-05"),
    }
    paid = got.con.execute(
        f"SELECT batch, sum(amount) FROM {got.reading.tables['settlement_line']} WHERE type = 'payout' GROUP BY ALL"
    ).fetchall()
    assert paid == [("2026-02-05", Decimal("-48.80"))]
    [net] = got.reading.controls
    assert (net.name, net.stated, net.computed) == ("Net", Decimal("92.19"), Decimal("92.19"))


def test_equal_transactions_stay_two_and_new_columns_do_no_harm(tmp_path: Path) -> None:
    head, first, *rest = content("shopify.payments").splitlines()
    text = "\n".join([f"Business Entity,{head}", *(f"Shop Ltd,{line}" for line in (first, first, *rest)), ""])
    got = saved(tmp_path, text)
    assert (got.reading.status, got.reading.rows) == ("imported", 7)
    sales = got.con.execute(
        f"SELECT n FROM {got.reading.tables['settlement_line']} WHERE component = 'amount' AND amount = 100 ORDER BY n"
    ).fetchall()
    assert sales == [(0,), (1,)]


def test_a_net_that_is_not_amount_less_fee_is_told(tmp_path: Path) -> None:
    got = saved(tmp_path, content("shopify.payments").replace(",96.80,", ",97.80,"))
    assert (got.reading.status, got.codes) == ("flagged", ["control.mismatch", "row.sum"])
    total = got.con.execute(
        f"SELECT sum(amount) FROM {got.reading.tables['settlement_line']} "
        "WHERE type <> 'payout' AND flow_no LIKE '#3003%charge%'"
    ).fetchall()
    assert total == [(Decimal("97.80"),)]


def test_vat_beside_the_fee_is_a_tax(tmp_path: Path) -> None:
    line = content("shopify.payments").splitlines()
    line[1] = line[1].replace("3.20,96.80", "3.20,96.16")[: -len("0.00")] + "0.64"
    got = saved(tmp_path, "\n".join([*line, ""]))
    assert got.reading.status == "imported"
    assert got.con.execute(
        f"SELECT amount FROM {got.reading.tables['settlement_line']} WHERE component = 'rest'"
    ).fetchall() == [(Decimal("-0.64"),)]


def test_a_payout_whose_parts_do_not_add_up_is_told(tmp_path: Path) -> None:
    got = saved(tmp_path, content("shopify.payouts").replace("48.80", "48.81"))
    assert (got.reading.status, got.codes) == ("flagged", ["control.mismatch", "row.sum"])


def test_the_real_stripe_files() -> None:
    got = read(sample("stripe/unified_payments/unified_payments.csv"), account="Stripe")
    assert (got.reading.format, got.reading.status, got.reading.currency) == ("stripe.payments", "imported", "THB")
    assert set(got.rows("settlement_line", "type, amount, order_no")) == {
        ("sale", Decimal("534.80"), "BC6E5H89-0105"),
        ("payment_fee", Decimal("-35.40"), "BC6E5H89-0105"),
        ("tax", Decimal("-2.48"), "BC6E5H89-0105"),
    }
    got = read(sample("stripe/itemized_balance/stripe.csv"), account="Stripe")
    assert (got.reading.format, got.reading.status, got.reading.rows) == ("stripe.balance", "imported", 2)
    assert got.rows("wallet_line", "amount") == [(Decimal("12.00"),), (Decimal("-0.77"),)]
    assert [control.ok for control in got.reading.controls] == [True]


def test_stripe_payments_settle_in_one_currency_and_refund_in_their_row(tmp_path: Path) -> None:
    got = saved(tmp_path, content("reduced"))
    columns = "flow_no, component, type, amount, currency, CAST(business_date AS VARCHAR), key_state"
    assert sorted(got.rows("settlement_line", columns)) == [
        ("ch_1", "fee", "payment_fee", Decimal("-0.78"), "EUR", "2026-02-01", "ok"),
        ("ch_1", "fee_tax", "tax", Decimal("-0.15"), "EUR", "2026-02-01", "ok"),
        ("ch_1", "sale", "sale", Decimal("18.40"), "EUR", "2026-02-01", "ok"),
        ("ch_2", "fee", "payment_fee", Decimal("-0.50"), "EUR", "2026-02-01", "missing"),
        ("ch_2", "refund", "refund", Decimal("-11.60"), "EUR", "2026-02-04", "missing"),
        ("ch_2", "sale", "sale", Decimal("11.60"), "EUR", "2026-02-01", "missing"),
        ("ch_3", "fee", "payment_fee", Decimal("-37.75"), "EUR", "2026-02-02", "ok"),
        ("ch_3", "sale", "sale", Decimal("1250.00"), "EUR", "2026-02-02", "ok"),
    ]


def test_stripe_without_a_time_is_refused(tmp_path: Path) -> None:
    got = saved(tmp_path, content("reduced").replace("2026-02-02 12:00:00", ""))
    assert (got.reading.status, got.codes) == ("refused", ["cell.empty"])


def test_stripe_payouts_and_the_movements_they_pay(tmp_path: Path) -> None:
    got = saved(tmp_path, content("payout reconciliation"))
    assert got.rows("wallet_line", "movement, payout_id, amount")[-1] == ("payout", "po_1", Decimal("-51.80"))
    assert {row[0] for row in got.rows("settlement_line", "batch")} == {"po_1"}
    assert {row[0] for row in got.rows("settlement_line", "order_no")} == {"5001"}
    broken = saved(tmp_path, content("payout reconciliation").replace('"96.80"', '"96.81"'))
    assert (broken.reading.status, broken.codes) == ("flagged", ["control.mismatch", "row.sum"])


def test_the_real_paypal_file() -> None:
    got = read(sample("paypal/activity/paypal-custom.csv"), account="PayPal")
    reading = got.reading
    assert (reading.format, reading.status, reading.rows, reading.ignored) == ("paypal.activity", "imported", 7, 3)
    assert (reading.totals["wallet_line.in"], reading.totals["wallet_line.out"]) == (Decimal("9.41"), Decimal("15.99"))
    [closing] = reading.controls
    assert (closing.stated, closing.computed) == (Decimal("9.41"), Decimal("9.41"))
    assert got.rows("settlement_line", "type, amount") == [
        ("sale", Decimal("10.00")),
        ("payment_fee", Decimal("-0.59")),
    ]
    # 03:46:20 PDT is 10:46:20 UTC; the month stands first.
    assert str(got.rows("wallet_line", "occurred_at")[0][0]) == "2019-10-01 10:46:20"


def test_paypal_without_ids_names_a_movement_by_what_it_says(tmp_path: Path) -> None:
    lines = content("ten columns").splitlines()
    twice = [*lines[:2], lines[1].replace("125.00", "150.00"), *(each for each in lines[2:] if "EUR" in each)]
    got = saved(tmp_path, "\n".join([*twice, ""]))
    assert got.rows("wallet_line", "n, amount, currency") == [
        (0, Decimal("25.00"), "USD"),
        (1, Decimal("25.00"), "USD"),
        (0, Decimal("40.00"), "EUR"),
    ]
    assert [(control.stated, control.ok) for control in got.reading.controls] == [(Decimal("150.00"), True)]


def test_a_missing_paypal_row_breaks_the_balance_of_its_currency_only(tmp_path: Path) -> None:
    lines = content("ten columns").splitlines()
    got = saved(tmp_path, "\n".join([*(each for each in lines if "Refund" not in each), ""]))
    assert got.reading.status == "flagged"
    assert got.codes == ["balance_break"]


_TONGUES = {
    "Italian": (
        "Data,Orario,Fuso orario,Nome,Tipo,Stato,Valuta,Lordo,Tariffa,Netto,Codice transazione,Saldo\n"
        "03/02/2026,09:00:00,Europe/Rome,A,Pagamento su sito web,Completata,EUR,"
        '"1.113,99","-30,10","1.083,89",1A,"1.083,89"\n'
    ),
    "Dutch": (
        "Datum,Tijd,Tijdzone,Naam,Type,Status,Valuta,Bruto,Kosten,Netto,Saldo,Transactie-ID\n"
        '3-2-2026,09:00:00,CET,A,Websitebetaling,Voltooid,EUR,"1.113,99","-30,10","1.083,89","1.083,89",1A\n'
    ),
    "Japanese": (
        "日付,時間,タイムゾーン,名前,タイプ,ステータス,通貨,合計,手数料,正味,取引ID,残高\n"
        '2026/02/03,09:00:00,JST,A,支払い,完了,EUR,"1,113.99",-30.10,"1,083.89",1A,"1,083.89"\n'
    ),
}


@pytest.mark.parametrize("language", _TONGUES)
def test_paypal_in_other_languages(tmp_path: Path, language: str) -> None:
    path = tmp_path / "paypal.csv"
    path.write_text(_TONGUES[language])
    got = read(path, account="paypal")
    assert (got.reading.format, got.reading.status) == ("paypal.activity", "imported")
    assert got.rows("wallet_line", "business_date, flow_no, amount") == [(date(2026, 2, 3), "1A", Decimal("1083.89"))]


def test_paypal_dates_that_could_be_either_are_refused(tmp_path: Path) -> None:
    lines = content("ten columns").splitlines()
    text = "\n".join([lines[0], lines[1].replace("01/05/2026", "01/02/2026"), ""])
    got = saved(tmp_path, text)
    assert (got.reading.status, got.codes) == ("refused", ["date.order_unknown"])


def test_an_unknown_wording_is_kept(tmp_path: Path) -> None:
    got = saved(tmp_path, content("ten columns").replace("Mobile Payment", "Something New"))
    assert got.reading.status == "imported"
    assert got.rows("settlement_line", "type, amount")[-1] == ("unclassified", Decimal("1200.00"))

"""Amazon's transactions, eBay, Etsy and TikTok Shop: line by line, other layouts, and what must be refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from huikuan.demo.specimens.marketplaces import MARKETPLACES
from huikuan.formats.crossborder.amazon_settlement import AMAZON_SETTLEMENT, AMAZON_SETTLEMENT_LINES
from huikuan.formats.crossborder.amazon_transactions import AMAZON_TRANSACTIONS
from huikuan.formats.read_file import read_file
from tests.formats.support import CONTEXT, Read, read


def content(layout: str) -> str:
    """The text of a specimen, by format or layout."""
    [found] = [each for each in MARKETPLACES if layout in (each.format, each.layout)]
    return found.content.decode("utf-8-sig")


def saved(folder: Path, text: str, name: str = "file.csv") -> Read:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read(path, account="Acc")


def workbook(folder: Path, layout: str) -> Read:
    """A specimen that is a workbook; the first of its readings."""
    [found] = [each for each in MARKETPLACES if each.format == layout]
    path = folder / found.file
    path.write_bytes(found.content)
    con = duckdb.connect()
    return Read(read_file(path, found.file, replace(CONTEXT, account="Acc"), con)[0], con)


def by_type(got: Read) -> dict[str, Decimal]:
    lines = got.reading.tables["settlement_line"]
    return dict(got.con.execute(f"SELECT type, sum(amount) FROM {lines} GROUP BY 1 ORDER BY 1").fetchall())


# ---------------------------------------------------------------- Amazon
def test_amazon_components_payout_and_times(tmp_path: Path) -> None:
    got = saved(tmp_path, content("English"))
    assert by_type(got) == {
        "sale": Decimal("1229.50"),
        "freight": Decimal("5.00"),
        "tax": Decimal("0.00"),
        "commission": Decimal("-182.18"),
        "service_fee": Decimal("-7.35"),
        "refund": Decimal("-20.00"),
        "marketing": Decimal("-50.00"),
        "compensation": Decimal("12.00"),
        "payout": Decimal("-986.97"),
    }
    assert got.reading.currency == "USD"
    first = got.rows("settlement_line", "occurred_at, order_no, batch, currency")[0]
    assert (str(first[0]), *first[1:]) == ("2026-09-04 08:05:07", "111-0000001-0000001", "1001", "USD")


def test_the_settlement_report_counts_before_the_transactions() -> None:
    assert AMAZON_TRANSACTIONS.rank < AMAZON_SETTLEMENT.rank < AMAZON_SETTLEMENT_LINES.rank


def test_german_transactions_have_the_same_types(tmp_path: Path) -> None:
    got = saved(tmp_path, content("German"))
    assert by_type(got) == {
        "sale": Decimal("1234.50"),
        "refund": Decimal("-20.00"),
        "commission": Decimal("-182.18"),
        "payout": Decimal("-1032.32"),
    }
    assert got.reading.currency == "EUR"


def table(preamble: str, header: str, *rows: str) -> str:
    """A file whose cells are quoted, written with `|` between them."""
    lines = ['"' + line.replace("|", '","') + '"' for line in (header, *rows)]
    return "\n".join([preamble, *lines, ""])


def test_french_and_japanese_transactions(tmp_path: Path) -> None:
    french = table(
        "Tous les montants sont en EUR, sauf mention contraire.",
        "date/heure|numéro de versement|type|numéro de la commande|sku|description|quantité|Marketplace|"
        "ventes de produits|crédits d’expédition|Rabais promotionnels|frais de vente|Frais Expédié par Amazon|"
        "autres frais de transaction|autre|total",
        "4 sept. 2026 01:05:07 UTC|3001|Commande|403-1|S|Tasse|1|amazon.fr|1 234,50|5,00|0|-185,00|0|0|0|1 054,50",
        "14 août 2026 12:00:00 UTC|3001|Transférer|||Vers le compte|||0|0|0|0|0|0|-54,50|-54,50",
    )
    got = saved(tmp_path, french)
    assert (got.reading.status, got.reading.currency) == ("imported", "EUR")
    assert by_type(got) == {
        "sale": Decimal("1234.50"),
        "freight": Decimal("5.00"),
        "commission": Decimal("-185.00"),
        "payout": Decimal("-54.50"),
    }
    japanese = table(
        "指定のない場合、単位は円",
        "日付/時間|決済番号|トランザクションの種類|注文番号|SKU|説明|数量|Amazon 出品サービス|商品売上|配送料|"
        "プロモーション割引額|手数料|FBA 手数料|トランザクションに関するその他の手数料|その他|合計|"
        "トランザクションのステータス",
        "2026/09/01 12:00:00 JST|1|注文|249-1|S|品|1|amazon.co.jp|1,980|0|0|-198|-400|0|0|1,382|支払い実行済み",
        "2026/09/02 12:00:00 JST|1|返金|249-2|S|品|1|amazon.co.jp|-500|0|0|50|0|0|0|-450|支払い実行済み",
    )
    got = saved(tmp_path, japanese)
    assert (got.reading.status, got.reading.currency) == ("imported", "JPY")
    assert by_type(got)["refund"] == Decimal(-500)


def test_a_column_that_is_new_is_told_and_its_money_kept(tmp_path: Path) -> None:
    text = content("German").replace('"Andere","Gesamt"', '"Andere","Ganz neu","Gesamt"')
    text = text.replace('"0","1.049,32"', '"0","-1,00","1.048,32"').replace('"0","-17,00"', '"0","0","-17,00"')
    text = text.replace('"-1.032,32","-1.032,32"', '"-1.031,32","0","-1.031,32"')
    got = saved(tmp_path, text)
    assert (got.reading.status, got.codes) == ("flagged", ["control.mismatch", "row.sum"])
    assert by_type(got)["unclassified"] == Decimal("-1.00")


def test_a_time_without_a_known_zone_is_refused(tmp_path: Path) -> None:
    got = saved(tmp_path, content("English").replace("1:05:07 AM PDT", "1:05:07 AM"))
    assert (got.reading.status, got.codes) == ("refused", ["date.unreadable"])


def test_transactions_without_a_currency_are_refused(tmp_path: Path) -> None:
    text = content("English").replace("All amounts in USD, unless specified", "-").replace("amazon.com", "")
    got = saved(tmp_path, text)
    assert (got.reading.status, got.codes) == ("refused", ["currency.unknown"])


# ---------------------------------------------------------------- eBay
def test_ebay_line_by_line(tmp_path: Path) -> None:
    got = saved(tmp_path, content("ebay.transactions"))
    assert (got.reading.status, got.reading.stated_account) == ("imported", "mugshop")
    assert by_type(got) == {
        "sale": Decimal("112.00"),  # 100.00, and 12.00 of the order that was sold in pounds
        "freight": Decimal("5.00"),
        "commission": Decimal("-11.79"),
        "marketing": Decimal("-2.50"),
        "service_fee": Decimal("-4.75"),
        "refund": Decimal("-28.00"),
        "payout": Decimal("-57.96"),
    }
    assert {row[0] for row in got.rows("settlement_line", "currency")} == {"USD"}
    assert str(got.rows("settlement_line", "business_date")[0][0]) == "2026-10-02"


def test_ebay_amounts_in_another_currency_than_the_column_are_refused(tmp_path: Path) -> None:
    got = saved(tmp_path, content("ebay.transactions").replace("($25.99)", "(£25.99)"))
    assert (got.reading.status, got.codes) == ("refused", ["currency.contradicts"])


def test_ebay_in_german(tmp_path: Path) -> None:
    columns = (
        "Datum der Transaktionserstellung;Typ;Bestellnummer;Betrag abzügl. Kosten;Auszahlungswährung;Auszahlung Nr.;"
        "Zwischensumme Artikel;Verpackung und Versand;Fixer Anteil der Verkaufsprovision;"
        "Variabler Anteil der Verkaufsprovision;Transaktionswährung;Beschreibung\n"
    )
    rows = (
        "2 Okt 2026;Bestellung;12-1;1.045,10;EUR;P1;1.045,00;5,00;-0,35;-4,55;EUR;--\n"
        "03.10.2026;Rückerstattung;12-1;-45,45;EUR;P1;-45,00;-5,00;--;4,55;EUR;--\n"
        "4 Mrz 2026;Andere Gebühr;--;-1,19;EUR;P1;--;--;--;--;EUR;Gebühr\n"
        "5 Okt 2026;Auszahlung;--;-998,46;EUR;P1;--;--;--;--;EUR;--\n"
    )
    path = tmp_path / "ebay.csv"
    path.write_bytes((f"Verkäufer;mugshop\n\n{columns}{rows}").encode("cp1252"))
    got = read(path)
    assert (got.reading.status, got.reading.stated_account) == ("imported", "mugshop")
    assert by_type(got) == {
        "sale": Decimal("1045.00"),
        "freight": Decimal("5.00"),
        "commission": Decimal("-0.35"),
        "refund": Decimal("-50.00"),
        "service_fee": Decimal("-1.19"),
        "payout": Decimal("-998.46"),
    }
    assert f"{got.reading.period_from} {got.reading.period_to}" == "2026-03-04 2026-10-05"


# ---------------------------------------------------------------- Etsy
def test_etsy_line_by_line(tmp_path: Path) -> None:
    got = saved(tmp_path, content("etsy.statement"))
    assert by_type(got) == {
        "sale": Decimal("96.00"),
        "commission": Decimal("-8.84"),
        "payment_fee": Decimal("-3.53"),
        "service_fee": Decimal("-0.28"),
        "marketing": Decimal("-5.00"),
        "tax": Decimal("-1.08"),
        "payout": Decimal("-60.00"),
    }
    same = got.con.execute(
        f"SELECT n FROM {got.reading.tables['settlement_line']} WHERE amount = -4.42 ORDER BY n"
    ).fetchall()
    assert same == [(0,), (1,)]
    assert got.rows("settlement_line", "order_no")[0] == ("900100001",)


def test_etsy_in_pounds_and_in_euros(tmp_path: Path) -> None:
    header = content("etsy.statement").splitlines()[0]
    pounds = f'{header}\n"31 July, 2026",Sale,Payment for Order #4137418052,,GBP,£29.99,-£1.44,£28.55,--\n'
    got = saved(tmp_path, pounds)
    assert (got.reading.status, by_type(got)) == (
        "imported",
        {"sale": Decimal("29.99"), "payment_fee": Decimal("-1.44")},
    )
    euros = (
        f'{header}\n"24. September 2026",Sale,Payment for Order #4137418052,,EUR,"1.076,00 €",--,"1.076,00 €",--\n'
        '"25. September 2026",Deposit,"1.000,50 € wurden an dein Bankkonto gesendet",,EUR,--,--,--,--\n'
    )
    got = saved(tmp_path, euros)
    assert by_type(got) == {"sale": Decimal("1076.00"), "payout": Decimal("-1000.50")}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("CA$60.00 sent to your bank account", "sent to your bank account", "cell.empty"),
        ("CAD,CA$76.00", "CAD,€76.00", "currency.contradicts"),
    ],
)
def test_etsy_rows_that_would_be_a_guess_are_refused(tmp_path: Path, old: str, new: str, code: str) -> None:
    got = saved(tmp_path, content("etsy.statement").replace(old, new))
    assert (got.reading.status, got.codes) == ("refused", [code])


# ---------------------------------------------------------------- TikTok Shop
def test_tiktok_income_line_by_line(tmp_path: Path) -> None:
    got = workbook(tmp_path, "tiktok.income")
    assert got.codes == ["sheet.skipped"]
    assert by_type(got) == {
        "sale": Decimal("150.00"),
        "refund": Decimal("-50.00"),
        "payment_fee": Decimal("-3.00"),
        "commission": Decimal("-5.00"),
        "freight": Decimal("-4.00"),
        "influencer_commission": Decimal("-3.00"),
        "unclassified": Decimal("-1.00"),  # the fee of a programme that is new
        "marketing": Decimal("-20.00"),
        "compensation": Decimal("7.50"),
    }
    assert got.rows("settlement_line", "order_no")[-1] == ("580000000000000001",)


def test_tiktok_income_as_text_with_other_headers(tmp_path: Path) -> None:
    text = (
        "Order/Adjustment ID;Transaction type;Order settled time;Currency;Total settlement amount;Total revenue;"
        "Subtotal after seller discounts;Total fees;Transaction fee\n"
        "580000000000000001;Order;20/01/2026;IDR;98000;100000;100000;-2000;-2000\n"
    )
    got = saved(tmp_path, text)
    assert (got.reading.format, got.reading.status, got.reading.currency) == ("tiktok.income", "imported", "IDR")
    assert by_type(got) == {"sale": Decimal(100000), "payment_fee": Decimal(-2000)}


def test_unsettled_tiktok_orders_are_no_income(tmp_path: Path) -> None:
    text = (
        "Order/adjustment ID,Type,creation date,Total estimated settlement amount,Total settlement amount,Currency\n"
        "580000000000000001,Order,2026/01/20,98.00,98.00,USD\n"
    )
    assert saved(tmp_path, text).reading.status == "refused"


def test_tiktok_orders_line_by_line(tmp_path: Path) -> None:
    got = workbook(tmp_path, "tiktok.orders")
    assert (got.reading.status, got.reading.rows) == ("imported", 4)
    assert got.rows("order_line", "order_no, line_no, sku, status, paid, refunded, platform_borne") == [
        ("580000000000000001", "1", "MUG-1", "received", Decimal(60), Decimal(0), Decimal(5)),
        ("580000000000000001", "2", "CUP-1", "received", Decimal(30), Decimal(0), Decimal(0)),
        ("580000000000000005", "1", "MUG-1", "cancelled", Decimal(0), Decimal(0), Decimal(0)),
        ("580000000000000006", "1", "MUG-1", "shipped", Decimal(40), Decimal(10), Decimal(0)),
    ]
    assert str(got.rows("order_line", "created_at")[3][0]) == "2026-01-21 14:00:00"  # 22:00 in Shanghai

"""UCI Online Retail: the golden totals of its 44 daily files, and its traps in a file of our own."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

from tests.formats.support import read, sample

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
ROWS = (
    "536365,85123A,WHITE HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom",
    "536365,85123A,WHITE HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom",  # twice, rightly
    "536365,POST,POSTAGE,1,2010-12-01 08:26:00,18.0,17850.0,United Kingdom",
    "536366,22139,RETRO TEA POT,1,2010-12-01 08:28:00,0.0,17850.0,United Kingdom",  # a gift
    "536414,22139,,56,2010-12-01 11:52:00,0.0,,United Kingdom",  # found
    "536589,21777,damages,-10,2010-12-01 16:50:00,0.0,,United Kingdom",
    "C536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527.0,United Kingdom",
    "C536383,35004C,COLOURED BIRD,-2,2010-12-01 09:49:00,4.65,,United Kingdom",
    "A563185,B,Adjust bad debt,1,2010-12-01 14:50:00,11062.06,,United Kingdom",
)


def test_the_golden_totals() -> None:
    folder = sample("uci_online_retail/by_day")
    totals: Counter[str] = Counter()
    lines, kinds = 0, Counter[str]()
    files = sorted(folder.glob("*.csv"))
    for path in files:
        got = read(path)
        assert (got.reading.format, got.reading.status, got.reading.ignored) == ("uci.invoices", "imported", 0)
        totals.update(got.reading.totals)  # type: ignore[arg-type]
        lines += got.reading.accepted
        for kind, table in got.reading.tables.items():
            found = got.con.execute(f"SELECT count(*), count(DISTINCT record_key) FROM {table}").fetchone()
            assert found is not None and found[0] == found[1]
            kinds[kind] += found[0]
    assert (len(files), lines) == (44, 77_628)
    assert kinds["return_line"] == 1_429
    assert sum(kinds.values()) == 77_628 + 1_429  # a cancelled line is a credit note and a return
    assert totals == {"order_line.paid": Decimal("1515110.70"), "return_line.out": Decimal("206153.42")}


def test_what_each_row_is(tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    path.write_text("\n".join([HEADER, *ROWS]), encoding="utf-8")
    got = read(path)
    assert (got.reading.status, got.reading.rows, got.reading.ignored) == ("imported", 9, 1)
    assert got.rows("order_line", "order_no, line_no, sku, paid, shipping_fee") == [
        ("536365", "1", "85123A", Decimal("15.30"), None),
        ("536365", "2", "85123A", Decimal("15.30"), None),
        ("536365", "3", "POST", Decimal("18.00"), Decimal("18.00")),
        ("536366", "1", "22139", Decimal(0), None),
        ("C536379", "1", "D", Decimal(0), None),
        ("C536383", "1", "35004C", Decimal(0), None),
    ]
    assert got.rows("order_line", "status, qty, refunded, province")[-2:] == [
        ("refunded", Decimal(0), Decimal("27.50"), "United Kingdom"),
        ("refunded", Decimal(0), Decimal("9.30"), "United Kingdom"),
    ]
    assert got.rows("return_line", "return_no, sku, goods_back, qty_claimed, refund_amount") == [
        ("C536379", "D", False, Decimal(1), Decimal("27.50")),
        ("C536383", "35004C", None, Decimal(2), Decimal("9.30")),
    ]
    assert got.rows("stock_move", "move_no, qty, item") == [
        ("536414", Decimal(56), None),
        ("536589", Decimal(-10), "damages"),
    ]
    # London's winter time is UTC
    assert str(got.rows("order_line", "occurred_at")[0][0]) == "2010-12-01 08:26:00"


def test_a_customer_is_the_same_as_number_and_as_decimal(tmp_path: Path) -> None:
    hashes = []
    for written in ("17850.0", "17850"):
        path = tmp_path / f"{written}.csv"
        path.write_text(f"{HEADER}\n{ROWS[0].replace('17850.0', written)}\n", encoding="utf-8")
        hashes += read(path).rows("order_line", "buyer_hash")
    assert hashes[0] == hashes[1] and hashes[0][0]


def test_the_later_edition_and_american_dates(tmp_path: Path) -> None:
    path = tmp_path / "retail.csv"
    path.write_text(
        "Country,Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Extra\n"
        "United Kingdom,489434,85048,LIGHTS,12,12/1/2009 7:45,6.95,13085,x\n"
        "United Kingdom,489435,85048,LIGHTS,1,12/13/2009 7:45,6.95,13085,x\n",
        encoding="utf-8",
    )
    got = read(path)
    assert got.rows("order_line", "paid, CAST(business_date AS VARCHAR)") == [
        (Decimal("83.40"), "2009-12-01"),
        (Decimal("6.95"), "2009-12-13"),
    ]


def test_a_sale_with_the_wrong_sign_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    wrong = "536370,22139,RETRO TEA POT,-3,2010-12-01 08:45:00,4.25,12583.0,France"
    path.write_text(
        "\n".join([HEADER, ROWS[0], wrong, wrong.replace("536370", "C1").replace("-3", "3")]), encoding="utf-8"
    )
    got = read(path)
    assert (got.reading.status, got.codes) == ("refused", ["uci.sign", "uci.sign"])
    assert [problem.row for problem in got.reading.problems] == [3, 4]

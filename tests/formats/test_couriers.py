"""Couriers' bills: every row's charges come to its total; what must be refused; what is rules and no bill."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from huikuan.demo.specimens import SPECIMENS
from huikuan.demo.specimens.files import workbook
from huikuan.formats.read_file import read_file
from tests.formats.support import CONTEXT, Read, read, sample

COINTAB = "courier_b2b_india/cointab"


def content(format_id: str, layout: str = "") -> tuple[str, bytes]:
    found = next(each for each in SPECIMENS if each.format == format_id and each.layout == layout)
    return found.file, found.content


def specimen(folder: Path, format_id: str, layout: str = "", **changes: str) -> Read:
    name, data = content(format_id, layout)
    for old, new in changes.items():
        assert old.encode() in data
        data = data.replace(old.encode(), new.encode())
    path = folder / name
    path.write_bytes(data)
    return read(path, account="账户")


def test_a_branch_bill_gives_a_charge_for_each_column(tmp_path: Path) -> None:
    got = specimen(tmp_path, "express.bill", "YTO")
    assert sorted(got.rows("courier_charge", "tracking_no, charge, n, amount, weight"))[:4] == [
        ("YT8800000000001", "freight", 0, Decimal("2.30"), Decimal("0.42")),
        ("YT8800000000002", "freight", 0, Decimal("2.30"), Decimal("4.20")),
        ("YT8800000000002", "over_3kg", 0, Decimal("3.60"), Decimal("4.20")),
        ("YT8800000000002", "surcharge_shanghai", 0, Decimal("0.50"), Decimal("4.20")),
    ]
    # one waybill twice: two charges
    assert {row[0] for row in got.rows("courier_charge", "n")} == {0, 1}
    assert [(each.name, each.stated, each.ok) for each in got.reading.controls] == [("总金额", Decimal("48.70"), True)]


def test_what_a_total_holds_beyond_its_columns_is_a_charge_and_told(tmp_path: Path) -> None:
    path = tmp_path / "圆通.csv"
    path.write_text(
        "运单号码,扫描时间,计费重量(kg),单价,总金额,手填\nYT1,2026-01-05 10:00:00,1,2.00,3.50,x\n"
        "YT2,2026-01-05 10:00:00,1,0,0,\n",
        encoding="utf-8",
    )
    got = read(path, account="圆通")
    assert (got.reading.status, got.codes) == ("flagged", ["control.mismatch"])
    assert sorted(got.rows("courier_charge", "tracking_no, charge, amount")) == [
        ("YT1", "freight", Decimal("2.00")),
        ("YT1", "rest", Decimal("1.50")),
        ("YT2", "freight", Decimal(0)),
    ]


def test_a_bill_without_a_waybill_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "圆通.csv"
    path.write_text("运单号码,扫描时间,计费重量(kg),单价\n8.8E+13,2026-01-05 10:00:00,1,2.00\n", encoding="utf-8")
    got = read(path, account="圆通")
    assert (got.reading.status, got.codes) == ("refused", ["identifier.damaged"])
    assert read(path).codes[0] == "account.unknown"


def test_sf_tells_its_discount(tmp_path: Path) -> None:
    got = specimen(tmp_path, "sf.bill")
    assert sorted(got.rows("courier_charge", "tracking_no, charge, amount")) == [
        ("SF1000000000011", "freight", Decimal("18.00")),
        ("SF1000000000011", "insurance", Decimal("2.00")),
        ("SF1000000000011", "rest", Decimal("-2.70")),
        ("SF1000000000012", "freight", Decimal("25.00")),
        ("SF1000000000012", "rest", Decimal("-2.50")),
    ]


def test_ups_without_a_header(tmp_path: Path) -> None:
    got = specimen(tmp_path, "ups.invoice", "no header")
    columns = "invoice_no, tracking_no, charge, n, direction, weight, amount, CAST(business_date AS VARCHAR)"
    first, ground = "000000A1B2C3026", "1Z0A1B2C0300000001"
    pounds = Decimal("2.26796")
    assert got.rows("courier_charge", columns) == [
        (first, ground, "freight", 0, "forward", pounds, Decimal("8.40"), "2026-01-10"),
        (first, ground, "fuel", 0, "forward", pounds, Decimal("1.26"), "2026-01-10"),
        (first, ground, "ACC-RES", 0, "forward", pounds, Decimal("5.40"), "2026-01-10"),
        (first, "1Z0A1B2C0100000002", "freight", 0, "return", Decimal(1), Decimal("18.00"), "2026-01-10"),
        (first, None, "MSC-CADJ", 0, None, None, Decimal("-10.00"), "2026-01-10"),
        # a correction on a later invoice is another charge, not another telling of the first
        ("000000A1B2C3056", ground, "freight", 0, None, pounds, Decimal("3.50"), "2026-01-31"),
    ]
    assert got.reading.currency == "USD"
    assert [(each.stated, each.ok) for each in got.reading.controls] == [(Decimal("26.56"), True)]


def test_ups_as_a_workbook_and_with_a_row_missing(tmp_path: Path) -> None:
    lines = content("ups.invoice", "no header")[1].decode().splitlines()
    path = tmp_path / "ups.xlsx"
    path.write_bytes(workbook([line.split(",") for line in lines]))
    got = read(path)
    assert (got.reading.format, got.reading.rows, got.reading.status) == ("ups.invoice", 6, "imported")
    assert got.reading.account == "0000A1B2C3"
    path = tmp_path / "ups.csv"
    path.write_text("\n".join(lines[:2] + lines[3:]), encoding="utf-8")
    got = read(path)
    assert (got.reading.status, got.codes) == ("flagged", ["control.mismatch"])
    path.write_text("\n".join(lines).replace("2026-01-31", "31st Jan"), encoding="utf-8")
    got = read(path)
    assert (got.reading.status, got.codes, got.reading.problems[0].row) == ("refused", ["date.unreadable"], 6)


def test_a_wide_table_is_not_ups(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text("\n".join(",".join(f"{row}{at}" for at in range(250)) for row in range(3)), encoding="utf-8")
    [reading] = read_file(path, path.name, CONTEXT, duckdb.connect())
    assert (reading.format, reading.status) == ("", "refused")


def test_fedex_pairs_come_to_the_net_charge(tmp_path: Path) -> None:
    got = specimen(tmp_path, "fedex.invoice", "all columns")
    assert sorted(got.rows("courier_charge", "tracking_no, charge, amount, direction")) == [
        ("770000000002", "Performance Pricing", Decimal("-3.75"), "forward"),
        ("770000000002", "freight", Decimal("25.00"), "forward"),
        ("770000000002", "fuel", Decimal("2.20"), "forward"),
        ("9622001111111000000000001", "Earned Discount", Decimal("-4.45"), "forward"),
        ("9622001111111000000000001", "Residential Delivery", Decimal("5.15"), "forward"),
        ("9622001111111000000000001", "freight", Decimal("14.20"), "forward"),
        ("9622001111111000000000001", "fuel", Decimal("1.95"), "forward"),
    ]
    assert [each.ok for each in got.reading.controls] == [True, True]
    got = specimen(tmp_path, "fedex.invoice", "all columns", **{'"23.45"': '"24.45"'})
    assert got.reading.status == "flagged"
    assert ("rest", Decimal("1.00")) in got.rows("courier_charge", "charge, amount")


@pytest.mark.parametrize("mark", ["_{}", ".{}"])
def test_fedex_headers_that_a_program_numbered(tmp_path: Path, mark: str) -> None:
    lines = content("fedex.invoice", "all columns")[1].decode().splitlines()
    header = lines[0]
    for name in ("Tracking ID Charge Description", "Tracking ID Charge Amount"):
        first, *others = header.split(f'"{name}"')
        header = first + f'"{name}"' + others[0]
        header += "".join(f'"{name}{mark.format(at)}"{rest}' for at, rest in enumerate(others[1:], start=1))
    path = tmp_path / "fedex.csv"
    path.write_text("\n".join([header, *lines[1:]]), encoding="utf-8")
    got = read(path)
    assert got.reading.status == "imported"
    assert got.reading.totals["courier_charge.out"] == Decimal("8.20")


def test_the_short_report_of_fedex_is_proved_by_its_total(tmp_path: Path) -> None:
    got = specimen(tmp_path, "fedex.invoice", "short report")
    assert [(each.name, each.stated, each.ok) for each in got.reading.controls] == [("Total", Decimal("19.00"), True)]


def test_cointab_bill() -> None:
    got = read(sample(f"{COINTAB}/Invoice.csv"), account="Courier")
    assert (got.reading.format, got.reading.status, got.reading.rows) == ("cointab.invoice", "imported", 124)
    assert got.reading.totals["courier_charge.in"] == Decimal("13648.20")
    ways = got.con.execute(
        "SELECT direction, count(*), count(DISTINCT tracking_no) "
        f"FROM {got.reading.tables['courier_charge']} GROUP BY 1"
    ).fetchall()
    assert sorted(ways) == [("forward", 109, 109), ("forward_and_return", 15, 15)]
    assert got.rows("courier_charge", "tracking_no, weight, zone, amount")[0] == (
        "1091117222124", Decimal("1.3"), "d", Decimal("135.00"),
    )  # fmt: skip


def test_cointab_orders_and_items() -> None:
    got = read(sample(f"{COINTAB}/Order Report.csv"))
    assert (got.reading.format, got.reading.rows) == ("cointab.orders", 400)
    assert len({row[0] for row in got.rows("erp_order", "order_no")}) == 124
    got = read(sample(f"{COINTAB}/SKU Master.csv"))
    assert (got.reading.format, got.reading.rows) == ("cointab.products", 66)
    twice = got.con.execute(
        f"SELECT sku, n FROM {got.reading.tables['product']} WHERE sku = 'GIFTBOX202002' ORDER BY n"
    ).fetchall()
    assert twice == [("GIFTBOX202002", 0), ("GIFTBOX202002", 1)]
    assert got.rows("product", "weight")[0] == (Decimal("0.21"),)


def test_a_small_cointab_bill_moved_and_widened(tmp_path: Path) -> None:
    path = tmp_path / "bill.csv"
    path.write_text(
        "Remark,Billing Amount (Rs.),Zone,AWB Code,Charged Weight,Type of Shipment\n"
        'x,"1,045.40",b,1091117222124,1.30,Forward and RTO charges\n,20,c,1091117222125,0.5,RTO charges\n',
        encoding="utf-8",
    )
    got = read(path, account="Courier")
    assert got.rows("courier_charge", "direction, amount") == [
        ("forward_and_return", Decimal("1045.40")),
        ("return", Decimal("20.00")),
    ]
    path.write_text("AWB Code,Charged Weight,Zone,Billing Amount (Rs.)\n1091117222124,1,b,\n", encoding="utf-8")
    assert read(path, account="Courier").codes == ["cell.empty"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Warehouse Pincode,Customer Pincode,Zone,,\n121003,507101,d,,\n", "file.rules_zones"),
        ("fwd_a_fixed,fwd_a_additional,rto_a_fixed,rto_a_additional\n29.5,23.6,13.6,23.6\n", "file.rules_rates"),
    ],
)
def test_rules_are_no_records(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "rules.csv"
    path.write_text(text, encoding="utf-8")
    got = read(path)
    assert (got.reading.status, got.codes) == ("refused", [code])
    assert "huikuan rules import" in got.reading.problems[0].text

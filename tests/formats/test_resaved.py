"""Files as people hand them on: saved again by Excel or WPS, in another encoding, packed with notes. Each reads as the
file the platform gave, record for record."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter

from huikuan.formats.read_file import read_file
from huikuan.formats.readers import text_parts
from huikuan.records.kinds import KINDS
from tests.formats.support import CONTEXT, Read, Row, ledger, read

PLACE = ("document_id", "source_row", "source_sheet", "seq")
WECHAT_HEADER = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),"
    "资金变更提交申请人,备注,业务凭证号"
)
WECHAT_ROWS = (
    "2026-10-01 00:00:00,4200001,5000001,交易,交易,收入,29.90,129.90,system,缺货、退款;含手续费0.00元,S1",
    "2026-10-01 15:00:01,4200001,5000001,扣除交易手续费,扣除交易手续费,支出,0.18,129.72,system,,S1",
)
WECHAT_FOOTER = ("资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额", "2,1,29.90,1,0.18")


def ticked(line: str) -> str:
    return ",".join(f"`{cell}" for cell in line.split(","))


def wechat_rows() -> list[list[str]]:
    """The cells of a fund bill as Excel shows them: back ticks before all but the headers."""
    lines = [WECHAT_HEADER, *map(ticked, WECHAT_ROWS), WECHAT_FOOTER[0], ticked(WECHAT_FOOTER[1])]
    return [line.split(",") for line in lines]


def wechat_original() -> bytes:
    return ("\r\n".join(",".join(row) for row in wechat_rows()) + "\r\n").encode("utf-8-sig")


def saved_csv(delimiter: str, encoding: str, quoting: Any = csv.QUOTE_MINIMAL) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting).writerows(wechat_rows())
    return out.getvalue().encode(encoding)


def workbook(rows: list[list[Any]]) -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    sheet = book.add_worksheet()
    shown = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for at, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if isinstance(cell, dt.datetime):
                sheet.write_datetime(at, column, cell, shown)
            else:
                sheet.write(at, column, cell)
    book.close()
    return data.getvalue()


def read_bytes(folder: Path, name: str, content: bytes, **changes: Any) -> Read:
    path = folder / name
    path.write_bytes(content)
    return read(path, **changes)


def records(got: Read, kind: str) -> list[tuple[Any, ...]]:
    """All fields of a document's records but where they stood."""
    fields = [each.name for each in KINDS[kind].all_fields if each.name not in PLACE]
    return got.rows(kind, ", ".join(fields))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tab.csv", saved_csv("\t", "utf-16")),
        ("semicolon.csv", saved_csv(";", "gb18030")),
        ("quoted.csv", saved_csv(",", "utf-8", csv.QUOTE_ALL)),
        ("again.xlsx", workbook(wechat_rows())),
        ("unmarked.csv", wechat_original().decode("utf-8-sig").encode("utf-16-le")),
        ("dos.csv", wechat_original() + b"\x1a"),
        ("cut.csv", wechat_original().rstrip() + b"\x1a"),
    ],
)
def test_wechat_bill_saved_again_reads_as_the_original(tmp_path: Path, name: str, content: bytes) -> None:
    original = read_bytes(tmp_path, "original.csv", wechat_original(), account="1628804517")
    again = read_bytes(tmp_path, name, content, account="1628804517")
    assert (original.reading.status, again.reading.status) == ("imported", "imported")
    assert records(again, "wallet_line") == records(original, "wallet_line")
    assert again.reading.controls == original.reading.controls
    assert len(again.reading.controls) == 6


TMALL = "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额"


def test_midnight_in_a_workbook_keeps_its_time(tmp_path: Path) -> None:
    midnight, noon = dt.datetime(2020, 2, 21), dt.datetime(2020, 2, 21, 12, 5, 7)
    rows = [
        TMALL.split(","),
        ["9000001", 10.5, 10.5, "上海", midnight, noon, 0],
        ["9000002", 20, 20, "上海", noon, midnight, 0],
    ]
    got = read_bytes(tmp_path, "orders.xlsx", workbook(rows))
    assert got.reading.status == "imported"
    utc = dt.datetime(2020, 2, 20, 16)
    assert got.rows("order_line", "created_at, paid_at") == [
        (utc, dt.datetime(2020, 2, 21, 4, 5, 7)),
        (dt.datetime(2020, 2, 21, 4, 5, 7), utc),
    ]


def test_date_that_lost_its_time_keeps_its_day(tmp_path: Path) -> None:
    rows = ["9000001,10.50,10.50,上海,2020/2/21,2020/2/22,0.00", "9000002,20.00,0.00,上海,2020/2/21,,0.00"]
    got = read_bytes(tmp_path, "orders.csv", ("\r\n".join([TMALL, *rows]) + "\r\n").encode())
    assert got.reading.status == "imported"
    assert got.rows("order_line", "business_date, occurred_at, status, paid") == [
        (dt.date(2020, 2, 21), None, "paid", 10.5),
        (dt.date(2020, 2, 21), None, "unpaid", 0),
    ]


def test_notes_beside_a_bill_in_an_archive_are_left_out_and_said(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("使用说明.txt", "请用 Excel 打开".encode("gb18030"))
        archive.writestr("收据.pdf", b"%PDF-1.7\n")
        archive.write(ledger(tmp_path, [Row("2026010500000001", "10.00")]), "账务明细.csv")
    got = read_bytes(tmp_path, "bill.zip", data.getvalue())
    assert (got.reading.status, got.codes) == ("flagged", ["member.skipped", "member.skipped"])
    assert "bill.zip!使用说明.txt" in got.reading.problems[0].text
    assert len(got.rows("wallet_line", "amount")) == 1


def test_archive_without_a_bill_says_why_for_each_member(tmp_path: Path) -> None:
    path = tmp_path / "bill.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("使用说明.txt", "请用 Excel 打开")
        archive.writestr("收据.pdf", b"%PDF-1.7\n")
    readings = read_file(path, "bill.zip", CONTEXT, duckdb.connect())
    assert [each.problems[0].code for each in readings] == ["file.not_recognised", "file.unreadable_kind"]


# ---------------------------------------------------------------- Amazon
OLD_LAYOUT = (
    "settlement-id,settlement-start-date,settlement-end-date,deposit-date,total-amount,currency,transaction-type,"
    "order-id,posted-date,price-type,price-amount,other-amount"
)
NEW_LAYOUT = (
    "settlement-id,settlement-start-date,settlement-end-date,deposit-date,total-amount,currency,transaction-type,"
    "order-id,marketplace-name,amount-type,amount-description,amount,posted-date,posted-date-time,sku"
)


def amazon(layout: str, rows: list[dict[str, str]]) -> bytes:
    names = layout.split(",")
    lines = [names, *([{"settlement-id": "77", **row}.get(name, "") for name in names] for row in rows)]
    return "".join("\t".join(line) + "\n" for line in lines).encode()


def old_settlement(lines: int) -> bytes:
    stamp = "2025-08-01T22:07:18+00:00"
    head = {"settlement-start-date": stamp, "settlement-end-date": stamp, "deposit-date": stamp, "currency": "CAD"}
    line = {"transaction-type": "Order", "posted-date": stamp, "price-type": "Principal", "price-amount": "1.00"}
    rows = [{**line, "order-id": f"701-{at}"} for at in range(lines)]
    return amazon(OLD_LAYOUT, [{**head, "total-amount": f"{lines}.00"}, *rows])


def test_currency_of_a_settlement_holds_for_all_parts_of_a_long_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in ("FIRST_PART_BYTES", "LAST_PART_BYTES", "PART_BYTES", "BLOCK_BYTES"):
        monkeypatch.setattr(text_parts, size, 500)
    got = read_bytes(tmp_path, "settlement.txt", old_settlement(60), account="amazon.ca")
    assert got.reading.status == "imported"
    assert set(got.rows("settlement_line", "currency")) == {("CAD",)}


def test_lines_of_a_settlement_keep_their_keys_under_a_title(tmp_path: Path) -> None:
    plain = read_bytes(tmp_path, "settlement.txt", old_settlement(3), account="amazon.ca")
    titled = read_bytes(tmp_path, "titled.txt", b"Amazon.ca\n\n" + old_settlement(3), account="amazon.ca")
    assert records(titled, "settlement_line") == records(plain, "settlement_line")
    assert plain.rows("settlement_line", "flow_no")[:2] == [("77",), ("77-3",)]


def european(text: str) -> str:
    day, clock = text[:10], text[11:]
    year, month, last = day.split("-")
    return f"{last}.{month}.{year}" + (f" {clock} UTC" if clock else "")


@pytest.mark.parametrize("comma", [False, True])
def test_newer_layout_of_a_settlement_in_any_marketplace(tmp_path: Path, comma: bool) -> None:
    def amount(text: str) -> str:
        return text.replace(".", ",") if comma else text

    def moment(text: str) -> str:
        return european(text) if comma else f"{text} UTC"

    start, end, paid = "2026-03-06 08:52:26", "2026-03-20 08:52:26", "2026-03-22 08:52:26"
    lines = [
        ("Order", "028-1", "ItemPrice", "Principal", "1026.00"),
        ("Order", "028-1", "ItemFees", "Commission", "-153.90"),
        ("Order", "028-1", "ItemWithheldTax", "MarketplaceFacilitatorVAT-Principal", "-4.00"),
        ("other-transaction", "", "other-transaction", "Storage Fee", "-1.00"),
        ("ServiceFee", "", "Cost of Advertising", "TransactionTotalAmount", "-5.10"),
    ]
    rows = [
        {
            "settlement-start-date": moment(start), "settlement-end-date": moment(end), "deposit-date": moment(paid),
            "total-amount": amount("862.00"), "currency": "EUR",
        },
        *(
            {
                "transaction-type": kind, "order-id": order, "amount-type": group, "amount-description": item,
                "amount": amount(value), "posted-date": european("2026-03-07") if comma else "2026-03-07",
                "posted-date-time": moment("2026-03-07 23:30:00"),
            }
            for kind, order, group, item, value in lines
        ),
    ]  # fmt: skip
    got = read_bytes(tmp_path, "settlement.txt", amazon(NEW_LAYOUT, rows), account="amazon.de")
    assert (got.reading.format, got.reading.status, got.reading.currency) == ("amazon.settlement", "imported", "EUR")
    assert [(each.name, each.ok) for each in got.reading.controls] == [("total-amount", True)]
    assert got.rows("settlement_line", "type, order_no, amount") == [
        ("payout", None, -862),
        ("sale", "028-1", 1026),
        ("commission", "028-1", Decimal("-153.90")),
        ("tax", "028-1", -4),
        ("service_fee", None, -1),
        ("marketing", None, Decimal("-5.10")),
    ]
    assert got.rows("settlement_line", "occurred_at")[1] == (dt.datetime(2026, 3, 7, 23, 30),)


# ---------------------------------------------------------------- banks
BOC_CREDIT = "中国银行信用卡账单\n交易日,银行记账日,卡号后四位,交易描述,存入,支出,币种\n"
ICBC = "[HISTORYDETAIL]\n对方账号,交易时间,对方单位,用途,摘要,附言,余额,转出金额,转入金额\n"


@pytest.mark.parametrize(
    ("bank", "exported"),
    [
        (BOC_CREDIT + "2026-01-02,2026-01-03,1234,消费 某商户,,35.50,人民币\n", ""),
        (ICBC + "1102,2026-01-06 14:00:31,某物流,运费,,,500.00,35.50,\n", "A"),
    ],
)
def test_bank_lines_are_the_same_after_excel_wrote_their_dates(tmp_path: Path, bank: str, exported: str) -> None:
    excel = bank.replace("2026-01-0", "2026/1/").replace("14:00:31", "14:00")
    original = read_bytes(tmp_path, "bank.csv", bank.encode(), account=exported)
    again = read_bytes(tmp_path, "again.csv", excel.encode("gb18030"), account=exported)
    assert again.rows("bank_line", "record_key") == original.rows("bank_line", "record_key")


# ---------------------------------------------------------------- the nearest format
def test_a_common_word_makes_no_format_the_nearest(tmp_path: Path) -> None:
    till = "交易时间,收银台,商品,数量,收银员,会员卡\n"
    got = read_bytes(tmp_path, "till.csv", (till + "2026-01-01 10:00:00" + "," * 5).encode())
    assert got.codes == ["file.not_recognised"]


def test_a_damaged_header_still_names_its_format(tmp_path: Path) -> None:
    got = read_bytes(tmp_path, "bill.csv", wechat_original().replace("收支类型".encode(), "方向".encode()))
    assert got.codes == ["file.not_recognised_near"]
    assert "wechatpay.funds" in got.reading.problems[0].text
    assert "收支类型" in got.reading.problems[0].text


TITLE = "缺货, 退款,含手续费0.00元"


def split_by_excel() -> list[list[str]]:
    """The rows as Excel splits them: also at the commas inside of a text."""
    return [line.split(",") for line in with_commas().decode("utf-8-sig").splitlines()]


def with_commas() -> bytes:
    return wechat_original().decode("utf-8-sig").replace("缺货、退款;含手续费0.00元", TITLE).encode("utf-8-sig")


@pytest.mark.parametrize("name", ["again.xlsx", "again.csv"])
def test_commas_inside_of_texts_that_excel_split_are_put_together_again(tmp_path: Path, name: str) -> None:
    rows = split_by_excel()
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    content = workbook(rows) if name.endswith("xlsx") else out.getvalue().encode("gb18030")
    original = read_bytes(tmp_path, "original.csv", with_commas(), account="1628804517")
    again = read_bytes(tmp_path, name, content, account="1628804517")
    assert original.rows("wallet_line", "text")[0] == (TITLE,)
    assert (again.reading.status, again.codes) == ("imported", [])
    assert records(again, "wallet_line") == records(original, "wallet_line")

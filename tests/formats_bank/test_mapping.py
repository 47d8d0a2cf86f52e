# ruff: noqa: E501 - headers as people write them
"""Column mappings: guessed with reasons, kept as plain data, read like a built-in format, found again by the header."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from huikuan.formats.mapping import Mapping, check_mapping, mapping_from_plain, mapping_to_format, mapping_to_plain
from huikuan.formats.mapping_guess import Guess, check_file, guess_mapping, preview_file
from huikuan.formats.mapping_words import DIRECTION_WORDS, TARGETS, folded
from huikuan.formats.reading import ReadContext
from huikuan.records.errors import UserError
from huikuan.records.kinds import KINDS
from tests.formats_bank import material
from tests.formats_bank.reading import CONTEXT, Read, codes, money, read_bytes, sample


def guess(folder: Path, content: bytes, name: str = "t.csv", kind: str = "") -> Guess:
    path = folder / name
    path.write_bytes(content)
    return guess_mapping(preview_file(path, name)[0], kind=kind, name="mine")


def text(*lines: str, encoding: str = "utf-8") -> bytes:
    return ("\n".join(lines) + "\n").encode(encoding)


def read_with(
    folder: Path, content: bytes, mapping: Mapping, context: ReadContext = CONTEXT, name: str = "t.csv"
) -> Read:
    """Read as a book does that has saved the mapping: nothing is said about which one to take."""
    return read_bytes(folder, name, content, replace(context, mappings=(mapping_to_format(mapping),)))


CMB = text(
    "招商银行交易流水", "账号：6225****0001", "",
    "日期,时间,借方金额,贷方金额,余额,对方户名,对方账号,摘要",
    "2026/01/05,09:15:00,,\"1,200.00\",\"1,700.00\",支付宝,2088,提现",
    "2026/01/06,14:00:01,35.50,,\"1,664.50\",物流公司,1102,运费",
    "合计,,35.50,\"1,200.00\",,,,",
    encoding="gb18030",
)  # fmt: skip


def test_bank_table_in_two_columns_is_guessed_and_read(tmp_path: Path) -> None:
    found = guess(tmp_path, CMB)
    assert (found.header_row, found.mapping.kind, found.mapping.sign, found.missing) == (
        4,
        "bank_line",
        "two_columns",
        (),
    )
    assert dict(found.mapping.columns) == {
        "moment": "日期", "time_of_day": "时间", "money_in": "贷方金额", "money_out": "借方金额", "balance": "余额",
        "counterparty": "对方户名", "counterparty_account": "对方账号", "text": "摘要",
    }  # fmt: skip
    result = read_with(tmp_path, CMB, replace(found.mapping, account="6225"))
    assert (result.only.format, result.only.status, result.only.account) == ("mapping.mine", "imported", "6225")
    assert result.rows("source_row, amount, balance, occurred_at::VARCHAR, business_date::VARCHAR") == [
        (5, money("1200"), money("1700"), "2026-01-05 01:15:00", "2026-01-05"),
        (6, money("-35.5"), money("1664.5"), "2026-01-06 06:00:01", "2026-01-06"),
    ]


def test_every_guess_has_its_reason(tmp_path: Path) -> None:
    found = guess(tmp_path, CMB)
    parts = {reason.part for reason in found.reasons}
    assert set(found.mapping.columns) | {"kind", "header_row", "sign", "date_formats"} == parts
    assert "The column “余额” is known by this name." in [reason.text for reason in found.reasons]
    assert all("missing '" not in reason.text for reason in found.reasons)


def test_traditional_chinese_names(tmp_path: Path) -> None:
    content = text("訂單編號,買家實付金額,訂單狀態,訂單創建時間,數量", "A1,10.00,已完成,2026-01-05 10:00:00,1")
    found = guess(tmp_path, content)
    assert found.mapping.kind == "order_line"
    assert dict(found.mapping.columns) == {
        "order_no": "訂單編號", "paid": "買家實付金額", "status": "訂單狀態", "created_at": "訂單創建時間", "qty": "數量",
    }  # fmt: skip


def test_orders_statuses_and_unpaid(tmp_path: Path) -> None:
    content = text(
        "Order ID,Status,Total,Refunded Amount,Created at,Paid at",
        "1001,Completed,25.00,0.00,2026-01-05 10:00:00,2026-01-05 10:01:00",
        "1002,somewhere,30.00,0.00,2026-01-05 11:00:00,",
        "1003,Paid,12.00,12.00,2026-01-05 12:00:00,2026-01-05 12:01:00",
    )
    mapping = replace(guess(tmp_path, content).mapping, shop="My shop", currency="USD")
    result = read_with(tmp_path, content, mapping)
    assert (result.only.status, result.only.shop) == ("imported", "My shop")
    assert result.rows("order_no, line_no, status, paid, refunded, currency, shop", kind="order_line") == [
        ("1001", "1", "received", money("25"), money("0"), "USD", "My shop"),
        ("1002", "1", "unpaid", money("0"), money("0"), "USD", "My shop"),
        ("1003", "1", "paid", money("12"), money("12"), "USD", "My shop"),
    ]


SETTLEMENT = text(
    "结算时间,订单号,费用项,金额(分),结算批次",
    "2026-01-05 10:00:00,7001,货款,12550,B1",
    "2026-01-05 10:00:00,7001,技术服务费,-75,B1",
    "2026-01-05 10:00:00,2.02606E+27,货款,100,B1",
)


def test_numbers_and_days_are_found_by_their_cells(tmp_path: Path) -> None:
    rows = ("业务单,发生日,商品,实付", "4700000000000001,2026-10-01,杯,94.12", "4700000000000002,2026-10-02,碗,12.00")
    found = guess(tmp_path, text(*rows))
    columns = {"order_no": "业务单", "created_at": "发生日", "title": "商品", "paid": "实付"}
    assert (found.mapping.kind, found.mapping.columns, found.missing) == ("order_line", columns, ())
    assert not next(reason for reason in found.reasons if reason.part == "order_no").sure


def test_settlement_lines_in_fen_with_own_types_and_damaged_order(tmp_path: Path) -> None:
    found = guess(tmp_path, SETTLEMENT)
    assert (found.mapping.kind, found.mapping.unit, found.missing) == ("settlement_line", "fen", ())
    mapping = replace(found.mapping, account="W", types={"货款": "sale", "技术服务费": "service_fee"})
    result = read_with(tmp_path, SETTLEMENT, mapping)
    assert (result.only.status, codes(result.only)) == ("imported", ["key_damaged"])
    assert result.rows("order_no, key_state, type, amount, batch", kind="settlement_line") == [
        ("7001", "ok", "sale", money("125.50"), "B1"),
        ("7001", "ok", "service_fee", money("-0.75"), "B1"),
        (None, "damaged", "sale", money("1"), "B1"),
    ]


def test_wallet_with_a_direction_column_and_neutral_rows(tmp_path: Path) -> None:
    content = text(
        "账务流水号,入账时间,收支类型,金额,账户余额,业务类型,付款时间",
        "F1,2026-01-05 10:00:00,收入,10.00,10.00,货款,2026-01-05 09:59:59",
        "F2,2026-01-05 11:00:00,支出,4.00,6.00,手续费,2026-01-05 11:00:00",
        "F3,2026-01-05 12:00:00,/,5.00,,余额宝转入,2026-01-05 12:00:00",
    )
    found = guess(tmp_path, content)
    assert (found.mapping.kind, found.mapping.sign) == ("wallet_line", "direction")
    assert "time_of_day" not in found.mapping.columns  # 付款时间 has a date of its own
    refused = read_with(tmp_path, content, replace(found.mapping, account="W")).only
    assert (refused.status, codes(refused)) == ("refused", ["choice.unknown"])
    mapping = replace(found.mapping, account="W", words={**found.mapping.words, "/": "none"})
    result = read_with(tmp_path, content, mapping)
    assert (result.only.status, result.only.accepted, result.only.ignored) == ("imported", 2, 1)
    assert result.rows("flow_no, amount, balance", kind="wallet_line") == [
        ("F1", money("10"), money("10")),
        ("F2", money("-4"), money("6")),
    ]


def test_credit_card_sign_and_decimal_commas(tmp_path: Path) -> None:
    content = text("Date;Amount;Description", "05.01.2026;1.234,50;Hotel", "06.01.2026;-100,00;Refund")
    found = guess(tmp_path, content)
    assert (found.mapping.decimal_comma, found.mapping.date_formats) == (True, ("%d.%m.%Y",))
    result = read_with(tmp_path, content, replace(found.mapping, sign="inverted", account="card", currency="EUR"))
    assert result.rows("amount, currency") == [(money("-1234.50"), "EUR"), (money("100"), "EUR")]
    assert (result.only.status, codes(result.only)) == ("flagged", ["unproved"])


def test_day_and_month_that_cannot_be_told_apart_are_asked_about(tmp_path: Path) -> None:
    content = text("Date,Amount", "05/01/2026,1.00", "06/02/2026,2.00")
    reasons = [reason for reason in guess(tmp_path, content).reasons if reason.part == "date_formats"]
    assert [(reason.code, reason.sure) for reason in reasons] == [("mapping.reason.date_ambiguous", False)]
    sure = guess(tmp_path, text("Date,Amount", "05/13/2026,1.00"))
    assert sure.mapping.date_formats == ("%m/%d/%Y",)


def test_an_amount_is_not_guessed_among_several_nor_a_header_of_data(tmp_path: Path) -> None:
    dutch = guess(
        tmp_path, text("Datum;Bedrag (EUR);Af Bij;Saldo", "20260105;2500,00;Bij;10,00", "20260104;1,25;Af;5,00")
    )
    assert dutch.mapping.columns == {
        "moment": "Datum",
        "amount": "Bedrag (EUR)",
        "direction": "Af Bij",
        "balance": "Saldo",
    }
    assert (dutch.mapping.sign, dutch.mapping.words) == ("direction", {"Bij": "in", "Af": "out"})
    unknown = guess(tmp_path, text("Kirjauspäivä;Jälkeen;Määrä", "13.02.2026;100,00;-10,50"))
    assert (dict(unknown.mapping.columns), unknown.missing) == ({"moment": "Kirjauspäivä"}, ("amount",))
    bare = guess(tmp_path, text("01/15/2026,-45.20,SHOP", "01/14/2026,500.00,PAYOUT"))
    assert (bare.mapping.columns, bare.missing) == ({}, ("moment", "amount"))
    assert "mapping.reason.no_header" in [reason.code for reason in bare.reasons if not reason.sure]


def test_saved_mapping_is_found_again_by_its_header_and_only_there(tmp_path: Path) -> None:
    mapping = replace(guess(tmp_path, CMB).mapping, account="6225")
    later = CMB.replace(b"2026/01/05", b"2026/02/05").replace(b"2026/01/06", b"2026/02/06")
    assert read_with(tmp_path, later, mapping, name="other name.csv").only.format == "mapping.mine"
    other = CMB.replace("对方账号".encode("gb18030"), "对方行号".encode("gb18030"))
    assert read_with(tmp_path, other, mapping).only.format == "cmb.statement"


def test_same_mapping_reads_the_workbook_too(tmp_path: Path) -> None:
    rows = [
        ["账单"],
        ["日期", "金额", "余额", "摘要"],
        ["2026-01-05", 12.5, 112.5, "货款"],
        ["2026-01-06", -2.25, 110.25, "费"],
    ]
    content = material.workbook(rows)
    mapping = replace(guess(tmp_path, content, "t.xlsx", kind="bank_line").mapping, account="A")
    result = read_with(tmp_path, content, mapping, name="t.xlsx")
    assert (result.only.status, result.rows("source_row, amount")) == (
        "imported",
        [(3, money("12.5")), (4, money("-2.25"))],
    )


def test_all_rows_are_checked_at_once(tmp_path: Path) -> None:
    rows = [f"2026-01-{day:02d},{amount}" for day, amount in ((5, "1.00"), (6, "abc"), (7, "NaN"), (99, "2.00"))]
    content = text("日期,金额", *rows)
    path = tmp_path / "t.csv"
    mapping = replace(guess(tmp_path, text("日期,金额", rows[0]), kind="bank_line").mapping, account="A")
    path.write_bytes(content)
    found = check_file(path, "t.csv", mapping, CONTEXT, duckdb.connect())[0]
    assert (found.status, found.rejected) == ("refused", 3)
    assert [(problem.row, problem.column) for problem in found.problems if problem.severity == "reject"] == [
        (3, "金额"), (4, "金额"), (5, "日期"),
    ]  # fmt: skip


def test_mapping_survives_json_and_toml(tmp_path: Path) -> None:
    mapping = replace(guess(tmp_path, CMB).mapping, account="6225", types={"货款": "sale"})
    plain = mapping_to_plain(mapping)
    assert mapping_from_plain(json.loads(json.dumps(plain))) == mapping
    assert mapping_from_plain(tomllib.loads(_toml(plain))) == mapping


def _toml(plain: dict[str, object]) -> str:
    simple = [
        f"{key} = {json.dumps(value, ensure_ascii=False)}"
        for key, value in plain.items()
        if not isinstance(value, dict)
    ]
    tables = [
        f"[{key}]\n"
        + "\n".join(
            f"{json.dumps(name, ensure_ascii=False)} = {json.dumps(each, ensure_ascii=False)}"
            for name, each in value.items()
        )
        for key, value in plain.items()
        if isinstance(value, dict)
    ]
    return "\n".join(simple + tables)


GOOD = Mapping(name="m", kind="bank_line", header=("日期", "金额"), columns={"moment": "日期", "amount": "金额"})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "invoice"}, "mapping.value_unknown"),
        ({"sign": "maybe"}, "mapping.value_unknown"),
        ({"unit": "jiao"}, "mapping.value_unknown"),
        ({"words": {"x": "up"}}, "mapping.value_unknown"),
        ({"types": {"x": "gift"}}, "mapping.value_unknown"),
        ({"statuses": {"x": "lost"}}, "mapping.value_unknown"),
        ({"columns": {"moment": "日期", "amount": "金额", "paid": "金额"}}, "mapping.field_unknown"),
        ({"columns": {"moment": "日期", "amount": "总额"}}, "mapping.header_missing"),
        ({"columns": {"moment": "日期"}}, "mapping.column_missing"),
        ({"sign": "two_columns"}, "mapping.column_missing"),
    ],
)
def test_unusable_mapping_is_refused(change: dict[str, object], code: str) -> None:
    check_mapping(GOOD)
    with pytest.raises(UserError) as raised:
        check_mapping(replace(GOOD, **change))
    assert raised.value.code == code
    assert str(raised.value).startswith("The mapping “m”")


def test_quotes_in_a_mapping_are_no_sql(tmp_path: Path) -> None:
    content = text("日'期,金额,项", "2026-01-05,1.00,x'y")
    mapping = Mapping(
        "m'; DROP",
        "settlement_line",
        ("日'期", "金额", "项"),
        {"moment": "日'期", "amount": "金额", "item": "项"},
        account="a'b",
        types={"x'y": "sale"},
    )
    result = read_with(tmp_path, content, mapping)
    assert result.rows("type, account, amount", kind="settlement_line") == [("sale", "a'b", money("1"))]


def test_targets_are_fields_of_their_kinds() -> None:
    helpers = {"moment", "time_of_day", "money_in", "money_out", "qty_out", "direction", "buyer", "counterparty"}
    for kind, targets in TARGETS.items():
        fields = {field.name for field in KINDS[kind].all_fields}
        names = [target.name for target in targets]
        assert set(names) - fields <= helpers
        assert len(names) == len(set(names))
    assert all(folded(word) == word for word in DIRECTION_WORDS)


@pytest.mark.parametrize(
    ("file", "total_in", "total_out", "status"),
    [
        ("bank_other/chase_checking/statement.csv", "2700.73", "4190.89", "imported"),
        ("bank_other/oca_sheets/balance.csv", "1533.50", "33.50", "imported"),
        ("bank_cn/bocom_debit/deg_bocom_debit.csv", "11.25", "114.00", "flagged"),
        ("bank_cn/cmb/deg_cmb_debit.csv", "1234.00", "2013.14", "flagged"),
    ],
)
def test_statements_of_other_banks_are_read_as_guessed(file: str, total_in: str, total_out: str, status: str) -> None:
    path = sample(file)
    mapping = replace(guess_mapping(preview_file(path, path.name)[0], name="mine").mapping, account="A")
    found = check_file(path, path.name, mapping, CONTEXT, duckdb.connect())[0]
    assert (found.status, found.totals["bank_line.in"], found.totals["bank_line.out"]) == (
        status,
        Decimal(total_in),
        Decimal(total_out),
    )

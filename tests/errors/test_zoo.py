# ruff: noqa: E501 - texts in full
"""Every bad file of the zoo is told about in the right words, in every language, and every code has its file."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from huikuan.records.messages import MESSAGES
from scripts.errors_doc import page
from tests.errors.zoo import CASES, ENGLISH, LANGUAGES, NO_FILE, Case, Seen, seen

ROOT = Path(__file__).resolve().parents[2]

# Asserted by hand, so that the generated page cannot freeze a mistake. Key: file and code.
REST = "Mend the cell, or import the rest and set this row aside."
BY_HAND = {
    ("empty.csv", "file.empty"): "empty.csv is empty (0 bytes). Download it again and import the new file.",
    ("recipes.csv", "file.not_recognised"): (
        "recipes.csv is none of the files Huikuan knows. Choose its columns by hand (column mapping), or give its "
        "format (--format on the command line)."
    ),
    ("statement.csv", "file.not_recognised_near"): (
        "statement.csv is none of the files Huikuan knows. Its line 2 comes closest to: boc.statement (“余额” is "
        "missing). Export it with all columns, or choose its columns by hand (column mapping)."
    ),
    ("bill.zip", "file.zip_password"): (
        "bill.zip is protected by a password. Give the password that the platform sent you, or unpack the file "
        "yourself and import what is inside."
    ),
    ("bill.zip", "file.zip_broken"): (
        "bill.zip is a damaged or truncated zip archive. The download probably broke off: download it again."
    ),
    ("bill.xlsx", "file.web_page"): (
        "bill.xlsx is a web page, not a table: its title is “商家后台 - 登录”. The login to the platform has probably "
        "expired: log in there, download the file again and import it."
    ),
    ("statement.csv", "file.encoding"): (
        "Line 3 of statement.csv cannot be read as UTF-8: the file is damaged or mixes encodings (UTF-8 and GBK). "
        "Export it again, or save it as UTF-8 in the program that wrote it."
    ),
    ("statement.csv", "rows.none"): (
        "The file has a header but no rows. Choose a period with movements, or leave it out."
    ),
    ("statement.csv", "row.too_few_cells"): (
        "Line 4 has too few cells: the header names 13 columns. The file was probably cut off or edited by hand. "
        "Download it again, or import the rest and set this row aside."
    ),
    ("exponent.csv", "amount.unreadable"): (
        "Line 3, column “金额”: “1.2E+21” is not an amount. Expected digits such as 1,234.50 with at most 5 decimals. "
        + REST
    ),
    ("nan.csv", "amount.unreadable"): (
        "Line 3, column “金额”: “NaN” is not an amount. Expected digits such as 1,234.50 with at most 5 decimals. " + REST
    ),
    ("full_width.csv", "amount.unreadable"): (
        "Line 3, column “金额”: “１２．３０” is not an amount. Expected digits such as 1,234.50 with at most 5 decimals. "
        + REST
    ),
    ("february.csv", "date.unreadable"): (
        "Line 3, column “记账日期”: “2025-02-30” is not a date that exists. Expected for example 2026-01-31 18:05:59. "
        + REST
    ),
    ("statement.xlsx", "identifier.damaged"): (
        "Sheet “明细”, line 2, column “账户明细编号-交易流水号”: “2.02606E+27” has lost its digits in a spreadsheet program. Download the "
        "file again and import it without opening it in Excel, or import the rest and set this row aside."
    ),
    ("ledger.csv", "key_damaged"): (
        "Line 6, column “商户订单号”: the order number “2.02606E+27” is damaged. The money is imported, without its "
        "order. Download the file again and import it without opening it in Excel."
    ),
}  # fmt: skip

# Some of them in Chinese, simplified and traditional.
IN_CHINESE = {
    ("february.csv", "date.unreadable"): (
        "第 3 行“记账日期”：“2025-02-30”不是存在的日期，应形如 2026-01-31 18:05:59。请改正单元格，或导入其余、把这一行另列。",
        "第 3 列「记账日期」：「2025-02-30」不是存在的日期，應形如 2026-01-31 18:05:59。請改正儲存格，或匯入其餘、將這一列另列。",
    ),
    ("bill.zip", "file.zip_broken"): (
        "bill.zip 是损坏或被截断的 zip 压缩包，可能下载中断。请重新下载。",
        "bill.zip 是損壞或被截斷的 zip 壓縮檔，可能下載中斷。請重新下載。",
    ),
    ("statement.sta", "control.mismatch"): (
        "文件写明“期末余额 START 1/1”为 80.00，而各行得出 75.00。可能缺行或有重复，请重新下载后比较。",
        "檔案寫明「期末餘額 START 1/1」為 80.00，而各列得出 75.00。可能缺列或有重複，請重新下載後比較。",
    ),
    ("orders.csv", "import.shop_unknown"): (
        "第 2 行没有写明属于哪个店铺。请补上这一格，或指定所有行的店铺：命令行用 --shop，网页上直接选择。",
        "第 2 列沒有寫明屬於哪個店鋪。請補上這一格，或指定所有列的店鋪：命令列用 --shop，網頁上直接選擇。",
    ),
}  # fmt: skip

# Codes of reading and importing; others (rules, server, the book's own store) are not shown by files.
PREFIXES = (
    "file.", "row.", "rows.", "cell.", "choice.", "amount.", "date.", "identifier.", "key.", "key_damaged", "control.",
    "footer.", "balance_break", "unproved", "account.", "shop.", "sheet.", "member.", "currency.", "mt940.", "camt.", "bank.",
    "bai2.", "ofx.", "qif.", "column.", "format.", "count.", "group.", "sign.", "uci.", "import.", "mapping.",
)  # fmt: skip
REASONS = "mapping.reason."  # why columns are proposed: no errors
# Where a message may say that the fault is: a line, a row of a message, a sheet, the file, a column, a mapping.
PLACE = re.compile(
    r"\b[Ll]ine \d+|^Entry \d+|[Ss]heet “|\b[Tt]he file\b|^Nothing in the file|[Cc]olumn “|The mapping “"
    r"|\brow \d+|\bthis file\b|no format “"
)
INSTRUCTIONS = (
    "add", "ask", "check", "choose", "compare", "correct", "download", "export", "fill", "give", "import", "leave", "mend",
    "name", "put", "remove", "save", "take", "try", "unpack", "nothing needs to be done",
)  # fmt: skip
# A placeholder that was not filled, or a blank where something was to be named.
UNFILLED = re.compile(r"%\(|missing '|“”|\bNone\b|\(\)|\(, ")
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> dict[Case, Seen]:
    """Every case, read once."""
    return {case: seen(case, tmp_path_factory.mktemp("zoo")) for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=[f"{case.code}-{case.file}" for case in CASES])
def test_bad_file_shows_its_fault_and_its_status(case: Case, zoo: dict[Case, Seen]) -> None:
    found = zoo[case]
    assert case.code in found.codes
    assert found.status == case.status
    by_hand = BY_HAND.get((case.file, case.code))
    if by_hand is not None:
        assert found.first(case.code).texts[ENGLISH] == by_hand


@pytest.mark.parametrize("case", CASES, ids=[f"{case.code}-{case.file}" for case in CASES])
def test_message_says_where_and_what_to_do_and_is_whole(case: Case, zoo: dict[Case, Seen]) -> None:
    for told in zoo[case].told:
        english = told.texts[ENGLISH]
        assert PLACE.search(english) or case.file in english, "it does not say where"
        assert says_what_to_do(english), "it does not end with what to do"
        for text in told.texts.values():
            assert not UNFILLED.search(text) and not text.startswith(told.code), "something of the message is missing"


def says_what_to_do(text: str) -> bool:
    """Whether one of the last two sentences gives an instruction: at its beginning, or after a comma, colon or "or"."""
    sentences = re.split(r"(?<=[.?!])\s+(?=[A-Z`“])", text.strip())
    parts = re.split(r"[,;:]\s+|\bor\s+|\band\s+", " ; ".join(sentences[-2:]).lower())
    return any(part.strip(" ;").startswith(INSTRUCTIONS) for part in parts)


def test_the_check_of_instructions_sees_one_that_is_missing() -> None:
    assert says_what_to_do("x.csv is empty. Download it again.")
    assert says_what_to_do("Line 3 is wrong. If it is genuine, ask the bank.")
    assert not says_what_to_do("Line 3 is wrong. The file was probably cut off.")


@pytest.mark.parametrize("case", CASES, ids=[f"{case.code}-{case.file}" for case in CASES])
def test_message_is_translated_with_all_that_it_names(case: Case, zoo: dict[Case, Seen]) -> None:
    for told in zoo[case].told:
        english, simplified, traditional = (told.texts[language] for language in LANGUAGES)
        for text in (simplified, traditional):
            assert len(HAN.findall(text)) > len(HAN.findall(english)), "it is not translated"
            numbers = re.findall(r"\d[\d,.]*\d|\d", english)
            assert sorted(numbers) == sorted(re.findall(r"\d[\d,.]*\d|\d", text)), "a number is lost"
        assert simplified != traditional


def test_some_texts_in_chinese(zoo: dict[Case, Seen]) -> None:
    for case, found in zoo.items():
        if (case.file, case.code) in IN_CHINESE:
            texts = found.first(case.code).texts
            assert tuple(texts[language] for language in LANGUAGES[1:]) == IN_CHINESE[case.file, case.code]


def test_every_text_asserted_by_hand_belongs_to_a_case() -> None:
    assert set(BY_HAND) | set(IN_CHINESE) <= {(case.file, case.code) for case in CASES}


def test_every_code_of_reading_and_importing_has_a_bad_file() -> None:
    code = (
        "import huikuan.formats.registry, huikuan.formats.read_file, huikuan.formats.mapping_guess\n"
        "import huikuan.pipeline.documents.importing\n"
        "from huikuan.records.messages import MESSAGES\nprint('\\n'.join(MESSAGES))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    codes = {code for code in told if code.startswith(PREFIXES) and not code.startswith(REASONS)}
    shown = {case.code for case in CASES}
    assert codes - shown == set(NO_FILE)
    assert shown <= set(MESSAGES)


def test_page_is_current(zoo: dict[Case, Seen]) -> None:
    written = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    assert page(zoo) == written, "run scripts/errors_doc.py"

# ruff: noqa: E501, PLW0108 - headers as banks write them; one builder a case
"""The zoo of bad files: one small file for each thing that can be wrong, written by code.

Each `Case` builds its file and says what it shows; `seen` reads it as an import would and gives what the user is told.
`docs/errors.md` is written from it by `scripts/errors_doc.py`; the tests hold both against each other.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import duckdb
import pyzipper
import xlsxwriter
from babel.messages.pofile import read_po

from huikuan.demo.specimens import SPECIMENS
from huikuan.formats.mapping import Mapping
from huikuan.formats.mapping_derived import Derived
from huikuan.formats.read_file import read_file
from huikuan.formats.reading import ReadContext
from huikuan.pipeline.documents.importing import checked
from huikuan.records import messages
from huikuan.records.errors import Problem, UserError

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = "en"
LANGUAGES = (ENGLISH, "zh_Hans", "zh_Hant")
Build = Callable[[], bytes]
CONTEXT = ReadContext(hash_key=b"zoo", account="", shop="")


@dataclass(frozen=True, eq=False)
class Case:
    """One bad file. `code` is the fault it must show; `status` what becomes of the document."""

    code: str
    file: str
    shows: str
    build: Build
    status: str = "refused"
    context: ReadContext = CONTEXT


@dataclass(frozen=True)
class Told:
    """One problem of a file: its code, its severity (refuse | reject | flag), and its text in each language."""

    code: str
    severity: str
    texts: dict[str, str]


@dataclass(frozen=True)
class Seen:
    """What a user is told about a file: the document's status and its problems."""

    status: str
    told: tuple[Told, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the problems."""
        return tuple(each.code for each in self.told)

    def first(self, code: str) -> Told:
        """The first problem of a code."""
        return next(each for each in self.told if each.code == code)


@cache
def catalogue(language: str) -> Callable[[str], str]:
    """The library's translations into a language, from the .po file as it stands; English is written in the code."""
    if language == ENGLISH:
        return str
    with (ROOT / "src/huikuan/locale" / language / "LC_MESSAGES/django.po").open("rb") as handle:
        words = {message.id: str(message.string) for message in read_po(handle) if message.id}
    return words.__getitem__


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let the library speak a language meanwhile, whatever a server's settings make it speak."""
    before = messages.use_translator(catalogue(language))
    try:
        yield
    finally:
        messages.use_translator(before)


def _told(problem: Problem | UserError) -> Told:
    texts = {}
    for language in LANGUAGES:
        with speaking(language):
            texts[language] = problem.text if isinstance(problem, Problem) else str(problem)
    return Told(problem.code, problem.severity if isinstance(problem, Problem) else "refuse", texts)


def seen(case: Case, folder: Path) -> Seen:
    """Read the case's file as an import does, up to the book."""
    path = folder / case.file
    path.write_bytes(case.build())
    con = duckdb.connect()
    with speaking(ENGLISH):
        try:
            readings = [checked(con, each) for each in read_file(path, case.file, case.context, con)]
        except UserError as error:
            return Seen("refused", (_told(error),))
    problems = [problem for reading in readings for problem in reading.problems]
    statuses = {reading.status for reading in readings}
    status = "refused" if "refused" in statuses else "flagged" if "flagged" in statuses else "imported"
    return Seen(status, tuple(_told(each) for each in problems))


# ---------------------------------------------------------------- material
BOC_HEADER = "记账日期,记账时间,币别,金额,余额,交易名称,渠道,网点名称,附言,对方账户名,对方卡号/账号,对方开户行,借记卡号"


def boc(*rows: str, header: str = BOC_HEADER) -> bytes:
    """A debit card statement of BOC."""
    return ("\r\n".join(["中国银行交易流水明细单", header, *rows]) + "\r\n").encode()


def boc_row(day: str = "2025-08-01", amount: str = "100.00", balance: str = "600.00", card: str = "3167") -> str:
    return f"{day},10:00:00,人民币,{amount},{balance},转账,手机银行,-----,货款,某公司,6222****0001,-----,{card}"


def wise(row: str) -> bytes:
    """A transaction history of Wise with a row."""
    return table(
        "ID,Status,Direction,Created on,Source fee amount,Source fee currency,Source amount (after fees),Source currency,"
        "Target amount (after fees),Target currency",
        row,
    )


CCB_HEADER = [
    "账号", "账户名称", "交易时间", "借方发生额（支取）", "贷方发生额（收入）", "余额", "币种", "对方户名", "对方账号", "记账日期", "摘要",
    "备注", "账户明细编号-交易流水号", "企业流水号",
]  # fmt: skip


def ccb(*rows: list[object], beside: str = "", second_sheet: bool = False) -> bytes:
    """A corporate statement of CCB as a workbook; `beside` is a cell to the right of the table."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    sheet = book.add_worksheet("明细")
    for at, cells in enumerate([CCB_HEADER, *rows]):
        sheet.write_row(at, 0, cells)
    if beside:
        sheet.write(1, len(CCB_HEADER) + 1, beside)
    if second_sheet:
        book.add_worksheet("说明").write_row(0, 0, ["本表由财务整理", "仅供参考"])
    book.close()
    return data.getvalue()


def ccb_row(amount: object = 100.0, balance: object = 600.0, number: object = "105000-1") -> list[object]:
    return [
        "11050100", "某某商贸有限公司", "20250801 10:00:00", 0.0, amount, balance, "人民币", "支付宝", "2088", "20250801", "货款", "",
        number, "",
    ]  # fmt: skip


ICBC_PREAMBLE = "\n".join(
    [
        "",
        "明细查询文件下载",
        "",
        '卡号: 1234****9876,"卡别名: "',
        "",
        '子账户序号: 00000,子账户类别: 活期,"子账户别名: "',
        "",
    ]
)
ICBC_HEADER = "交易日期,摘要,交易场所,交易国家或地区简称,钞/汇,交易金额(收入),交易金额(支出),交易币种,记账金额(收入),记账金额(支出),记账币种,余额,对方户名"


def icbc(total_in: str = "30.00", balance: str = "xx,yyyy.zz", currency: str = "人民币", footer: bool = True) -> bytes:
    """A personal statement of ICBC with one receipt of 30.00."""
    row = f'2023-02-10\t,"合伙人返现\t","\t","CHN\t",钞\t,"-\t","-\t",-\t,"30.00\t","\t",{currency}\t,"{balance}\t","某行\t",'
    end = f' \n人民币合计,,,,,,,,"{total_in}\t","0.00\t",\n' if footer else ""
    return f"{ICBC_PREAMBLE}\n{ICBC_HEADER}\n{row}\n{end}".encode("gb18030")


def zipped(members: dict[str, bytes], password: str = "") -> bytes:
    data = io.BytesIO()
    if password:
        with pyzipper.AESZipFile(data, "w", compression=zipfile.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as locked:
            locked.setpassword(password.encode())
            for name, content in members.items():
                locked.writestr(name, content)
        return data.getvalue()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def nested(depth: int) -> bytes:
    content = boc(boc_row())
    for level in range(depth):
        content = zipped({f"level{level}.zip" if level else "statement.csv": content})
    return content


def empty_workbook() -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    book.add_worksheet()
    book.close()
    return data.getvalue()


def encrypted_workbook() -> bytes:
    """The beginning of an OLE file with the stream of an encrypted xlsx."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + "EncryptedPackage".encode("utf-16-le") + bytes(512)


LOGIN_PAGE = (
    "<!DOCTYPE html>\n<html><head><title>商家后台 - 登录</title></head><body><form>账号 密码</form></body></html>"
)


def mt940(
    opening: str = "100,00", amount: str = "D25,00", closing: str = "C260102CNY75,00", day: str = "2601020102"
) -> bytes:
    lines = [":20:START", ":25:6222/0001", ":28C:1/1", f":60F:C260101CNY{opening}", f":61:{day}{amount}NTRFNONREF"]
    return "\r\n".join([*lines, ":86:FEE", *([f":62F:{closing}"] if closing else []), "-"]).encode()


def mt940_two_accounts() -> bytes:
    return mt940() + b"\r\n" + mt940().replace(b"6222/0001", b"6222/0002")


CAMT_ENTRY = '<Ntry><Amt Ccy="CNY">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-01-02</Dt></BookgDt></Ntry>'


def bai2(account: str = "03,6222,USD,,/\n16,175,100,,,,IN/\n49,100,3/\n") -> bytes:
    return f"01,A,B,260102,0900,1,,,2/\n02,B,AC,1,260102,,USD,2/\n{account}98,100,1,5/\n99,100,1,7/\n".encode()


def ofx(number: str, kind: str) -> bytes:
    account = f"<BANKACCTFROM><BANKID>9<ACCTID>{number}<ACCTTYPE>{kind}</BANKACCTFROM>"
    return f"<OFX><STMTRS><CURDEF>USD{account}</STMTRS></OFX>".encode()


def camt(message: str, body: str, head: str = "") -> bytes:
    name = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
    xml = f'<Document xmlns="{name}"><{message}><GrpHdr><MsgId>1</MsgId></GrpHdr>{body}</{message}></Document>'
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}{xml}'.encode()


ALIPAY_HEADER = "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注"


def alipay(order_no: str = "T200P2190000000000000001", footer_in: str = "100.00", flow: str = "20250801001") -> bytes:
    """An account ledger of Alipay with one receipt of 100.00."""
    lines = [
        "#支付宝账务明细查询",
        "#账号：[20880000000000000156]",
        "#起始日期：[2025年08月01日 00:00:00]   终止日期：[2025年08月02日 00:00:00]",
        "#-----------------------------------------账务明细列表----------------------------------------",
        ALIPAY_HEADER,
        f"{flow}\t,20250801\t,{order_no}\t,商品\t,2025-08-01 10:00:00,buyer\t,100.00,,600.00,支付宝,在线支付,",
        "#-----------------------------------------账务明细列表结束------------------------------------",
        "#支出合计：0笔，共0.00元",
        f"#收入合计：1笔，共{footer_in}元",
        "#导出时间：[2025年08月02日 09:00:00]",
    ]
    return ("\r\n".join(lines) + "\r\n").encode("gb18030")


TMALL_HEADER = "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额"


def tmall(*rows: str) -> bytes:
    return ("\r\n".join([TMALL_HEADER, *rows]) + "\r\n").encode()


def olist(*rows: str) -> bytes:
    header = '"order_id","order_item_id","product_id","seller_id","shipping_limit_date","price","freight_value"'
    return ("\n".join([header, *rows]) + "\n").encode()


def table(*lines: str) -> bytes:
    """A CSV file in UTF-8."""
    return ("\n".join(lines) + "\n").encode()


def altered(format_id: str, layout: str, old: str, new: str) -> bytes:
    """A specimen of the demo with one text replaced."""
    content = next(each.content for each in SPECIMENS if (each.format, each.layout) == (format_id, layout))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030")
    assert old in text
    return text.replace(old, new, 1).encode()


WITH_ACCOUNT = replace(CONTEXT, account="6222")
MAPPED_HEADER = ("Day", "Money", "Cur")
MAPPING = Mapping(
    "Mine", "bank_line", MAPPED_HEADER, {"moment": "Day", "amount": "Money", "currency": "Cur"},
    date_formats=("%Y-%m-%d",), account="6222",
)  # fmt: skip


def mapped(**changes: object) -> ReadContext:
    """A context with one column mapping, which differs in something from a good one."""
    return replace(CONTEXT, mappings=(replace(MAPPING, **changes),), mapping="Mine")  # type: ignore[arg-type]


def mapped_file(currency: str = "CNY") -> bytes:
    """A file for the mapping."""
    return table(",".join(MAPPED_HEADER), f"2026-01-05,10.00,{currency}")


FILES = (
    Case("file.empty", "empty.csv", "a file of 0 bytes", lambda: b""),
    Case("file.no_text", "blank.csv", "a file of blank lines only", lambda: b" \r\n\r\n  \r\n"),
    Case("file.unreadable_kind", "statement.csv", "a PDF that is called .csv", lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
    Case("file.not_recognised", "recipes.csv", "a wrong file", lambda: b"dish,minutes\nsoup,20\n"),
    Case("file.not_recognised_near", "statement.csv", "a bank statement without its balance column",
         lambda: boc(boc_row(), header=BOC_HEADER.replace("余额", "备用"))),
    Case("file.not_this_format", "statement.csv", "a file that is not of the format given",
         lambda: boc(boc_row(), header=BOC_HEADER.replace("余额", "备用")),
         context=replace(CONTEXT, format="boc.statement")),
    Case("file.other_message", "payment.xml", "a message of another standard (pain.001)",
         lambda: b'<?xml version="1.0"?><Document><CstmrCdtTrfInitn/></Document>'),
    Case("file.rules_zones", "pincodes.csv", "a courier's zones",
         lambda: table("Warehouse Pincode,Customer Pincode,Zone", "121003,507101,d")),
    Case("file.rules_rates", "rates.csv", "a courier's rate card",
         lambda: table("fwd_a_fixed,fwd_a_additional,rto_a_fixed,rto_a_additional", "29.5,23.6,13.6,23.6")),
    Case("column.missing", "balance.csv", "a balance report without its currency",
         lambda: altered("stripe.balance", "payout reconciliation", '"currency"', '"other"')),
    Case("format.unknown", "statement.csv", "a format that does not exist", lambda: boc(boc_row()),
         context=replace(CONTEXT, format="boc.statment")),
    Case("file.zip_password", "bill.zip", "a zip archive with a password", lambda: zipped({"a.csv": boc()}, "123456")),
    Case("file.zip_password_wrong", "bill.zip", "a zip archive, and the wrong password",
         lambda: zipped({"a.csv": boc()}, "123456"), context=replace(CONTEXT, password="654321")),
    Case("file.zip_broken", "bill.zip", "a truncated zip archive", lambda: zipped({"a.csv": boc(boc_row())})[:-40]),
    Case("member.skipped", "bill.zip", "a picture beside the bill in an archive",
         lambda: zipped({"screenshot.png": b"\x89PNG\r\n\x1a\n", "a.csv": boc(boc_row())}), "flagged"),
    Case("file.zip_no_data", "bill.zip", "a zip archive of system files only", lambda: zipped({".DS_Store": b"x"})),
    Case("file.zip_too_deep", "bill.zip", "archives in archives in archives", lambda: nested(5)),
    Case("file.too_large_unpacked", "bomb.csv.gz", "a gzip file of 70 MB of zeros",
         lambda: gzip.compress(bytes(70 << 20))),
    Case("file.gzip_broken", "bill.csv.gz", "a truncated gzip file", lambda: gzip.compress(boc(boc_row()) * 20)[:-30]),
    Case("file.workbook_password", "bill.xlsx", "a workbook with a password", encrypted_workbook),
    Case("file.workbook_broken", "bill.xlsx", "a truncated workbook", lambda: ccb(ccb_row())[:-400]),
    Case("file.workbook_no_rows", "bill.xlsx", "a workbook without a filled cell", empty_workbook),
    Case("file.web_page", "bill.xlsx", "a login page that is called .xlsx", lambda: LOGIN_PAGE.encode()),
    Case("file.encoding", "statement.csv", "a UTF-8 header over rows in GBK",
         lambda: boc() + boc_row().encode("gb18030")),
    Case("file.row_unreadable", "statement.csv", "a quote that is never closed",
         lambda: boc(boc_row(), '2025-08-01,10:00:00,"人民币,1.00', *[boc_row()] * 60_000)),
    Case("file.binary", "statement.csv", "a text file with a zero byte",
         lambda: boc(*[boc_row()] * 60) + b"2025-08-02\x00,\r\n"),
)  # fmt: skip

ROWS = (
    Case("rows.none", "statement.csv", "a header without rows", lambda: boc(), "flagged", WITH_ACCOUNT),
    Case("row.too_few_cells", "statement.csv", "a row with too few cells", lambda: boc(boc_row(), "2025-08-02,10:00:00,人民币,1.00")),
    Case("row.too_many_cells", "statement.csv", "an unquoted comma in a text", lambda: boc(boc_row() + ",多余,的")),
    Case("amount.unreadable", "exponent.csv", "an amount that Excel has damaged", lambda: boc(boc_row(amount="1.2E+21"))),
    Case("amount.unreadable", "nan.csv", "an amount NaN", lambda: boc(boc_row(amount="NaN"))),
    Case("amount.unreadable", "full_width.csv", "full-width digits", lambda: boc(boc_row(amount="１２．３０"))),
    Case("amount.unreadable", "letter.csv", "a letter among the digits", lambda: boc(boc_row(amount='"1,2O3.50"'))),
    Case("date.unreadable", "february.csv", "a 30 February", lambda: boc(boc_row(day="2025-02-30"))),
    Case("cell.empty", "statement.csv", "an empty cell where every row needs one", lambda: boc(boc_row(amount=""))),
    Case("choice.unknown", "statement.csv", "a currency nobody knows",
         lambda: boc(boc_row().replace("人民币", "贝壳"))),
    Case("identifier.damaged", "statement.xlsx", "a line number that Excel has damaged",
         lambda: ccb(ccb_row(number=2.02606e27))),
    Case("identifier.column_cut", "order_report.csv", "order numbers that Excel has cut and saved as text",
         lambda: tmall(*[f"31009820539773{at}0000,10,10,浙江省,2026-01-05 10:00:00,2026-01-05 10:01:00,0" for at in range(1, 4)]),
         context=replace(CONTEXT, shop="S")),
    Case("key_damaged", "ledger.csv", "an order number that Excel has damaged", lambda: alipay("2.02606E+27"), "imported"),
    Case("number_damaged", "进出仓流水.csv", "an order's number in the order system that Excel has damaged",
         lambda: table("日期,单据类型,单据编号,商品编码,数量,内部订单号", "2026-01-05,销售出仓,9,A,1,8.01002E+18"), "imported"),
    Case("date.zone_shared", "Download.CSV", "a zone whose name several zones share",
         lambda: table("Date,Time,TimeZone,Type,Status,Currency,Gross", "01/20/2026,10:00:00,CST,Payment,Completed,USD,1.00"),
         context=replace(CONTEXT, account="PayPal")),
    Case("move.no_quantity", "进出仓流水.csv", "a movement of stock without pieces",
         lambda: table("日期,单据类型,单据编号,商品编码,数量", "2026-01-05,销售出仓,9,A,")),
    Case("key.repeated", "order_items.csv", "an order line that stands in the file twice",
         lambda: olist(*['"a1","1","p","s","2018-01-01 10:00:00","10.00","1.00"'] * 2), context=replace(CONTEXT, shop="S")),
    Case("bank.no_amount", "statement.xlsx", "a line without any amount",
         lambda: ccb([*ccb_row()[:3], "", "", *ccb_row()[5:]])),
    Case("bank.balance_unreadable", "statement.csv", "a balance that is no amount", lambda: icbc(balance="三十元")),
    Case("currency.contradicts", "etsy_statement.csv", "an amount in another currency than its row",
         lambda: altered("etsy.statement", "", "CAD,CA$76.00", "CAD,€76.00"), context=replace(CONTEXT, account="Etsy")),
    Case("row.sum", "balance.csv", "a net amount that its gross and fee do not give",
         lambda: altered("stripe.balance", "payout reconciliation", '"96.80"', '"96.81"'), "flagged",
         replace(CONTEXT, account="Stripe")),
    Case("sign.contradicts", "费用明细.csv", "an expense that is written positive",
         lambda: altered("jd.settlement", "费用明细", "佣金,支出,-1.84", "佣金,支出,1.84"), "flagged",
         replace(CONTEXT, account="JD")),
    Case("uci.sign", "day.csv", "a sale with a negative quantity",
         lambda: table("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
                       "536370,22139,TEA POT,-3,2010-12-01 08:45:00,4.25,12583.0,France"),
         context=replace(CONTEXT, shop="UCI")),
    Case("mapping.currency_unknown", "mine.csv", "a currency that is none, in a file of a column mapping",
         lambda: mapped_file("shells"), context=mapped()),
    Case("import.shop_unknown", "orders.csv", "an order without its shop, among others that name theirs",
         lambda: altered("jushuitan.orders", "25 columns", "演示旗舰店", "")),
    Case("sheet.beside", "statement.xlsx", "a formula beside the table", lambda: ccb(ccb_row(), beside="合计 100"), "flagged"),
    Case("sheet.skipped", "statement.xlsx", "a sheet of explanations",
         lambda: ccb(ccb_row(), second_sheet=True), "flagged"),
)  # fmt: skip

DOCUMENTS = (
    Case("file.no_header", "flow.csv", "rows without a row of names above them",
         lambda: b"2026-01-13,Rent,-5.00\r\n", context=WITH_ACCOUNT),
    Case("bank.sign_unclear", "flow.csv", "a negative credit that no balance proves",
         lambda: b"Date,Description,Debit,Credit\r\n2026-01-13,a,,-5.00\r\n", context=WITH_ACCOUNT),
    Case("bank.sign_assumed", "flow.csv", "signed amounts, and nothing that tells what the sign means",
         lambda: b"Date,Description,Amount\r\n2026-01-13,a,5.00\r\n", "flagged", WITH_ACCOUNT),
    Case("bank.dollars_assumed", "flow.csv", "amounts with a $, and nothing that tells of which country",
         lambda: b"Date,Description,Amount,Balance\r\n2026-01-05,PAYOUT,$5.00,$5.00\r\n2026-01-06,RENT,-$2.00,$3.00\r\n", "flagged", WITH_ACCOUNT),
    Case("bank.currency_assumed", "flow.csv", "a Western statement that names no currency, in a book in CNY",
         lambda: b"Date,Description,Amount,Balance\r\n2026-01-05,PAYOUT,5.00,5.00\r\n2026-01-06,RENT,-2.00,3.00\r\n", "flagged", WITH_ACCOUNT),
    Case("bank.card_polarity", "flow.csv", "a credit card that writes purchases as positive amounts",
         lambda: b"Date,Description,Type,Amount\r\n2026-01-05,SHOP,Purchase,5.00\r\n2026-01-06,PAYMENT - THANK YOU,Payment,-2.00\r\n", context=WITH_ACCOUNT),
    Case("bank.pending_lines", "flow.csv", "a newest line that has no balance yet",
         lambda: b"Date,Description,Amount,Balance\r\n2026-01-05,PAYOUT,5.00,5.00\r\n2026-01-06,RENT,-2.00,3.00\r\n2026-01-07,LATER,-1.00,\r\n", "flagged", WITH_ACCOUNT),
    Case("bank.sign_inverted", "flow.csv", "debits that raise the balance", lambda: b"Date,Description,Debit,Credit,Balance\r\n"
         b"2026-01-13,a,5,,105\r\n2026-01-14,b,,3,102\r\n2026-01-15,c,8,,110\r\n", "flagged", WITH_ACCOUNT),
    Case("date.order_unknown", "flow.csv", "dates that may be day first or month first",
         lambda: b"Date,Description,Amount,Balance\r\n04/03/2026,a,5.00,105\r\n", context=WITH_ACCOUNT),
    Case("bank.direction_unknown", "flow.csv", "a direction that is neither in nor out",
         lambda: "日期,借贷标志,金额,余额\r\n2026-01-13,别的,5,105\r\n".encode(), context=WITH_ACCOUNT),
    Case("bank.decimals_unclear", "flow.csv", "an amount with three digits behind its only point",
         lambda: b"Date,Description,Amount\r\n2026-01-13,a,1.234\r\n", context=WITH_ACCOUNT),
    Case("bank.card_sign", "card.csv", "a card's line whose words do not tell whether it was spent",
         lambda: "交易日期,记账日期,交易说明,交易币种/金额,入账币种/金额\r\n2026-01-13,2026-01-14,某店,CNY 5.00,CNY 5.00\r\n".encode(),
         context=WITH_ACCOUNT),
    Case("bank.card_currency", "card.csv", "a card's line without a currency",
         lambda: "交易日期,记账日期,交易说明,交易币种/金额,入账币种/金额\r\n2026-01-13,2026-01-14,消费 某店,5.00,5.00\r\n".encode(),
         context=WITH_ACCOUNT),
    Case("bank.card_year", "card.csv", "a card's bill without the title that states its year",
         lambda: "交易日,记账日,交易摘要,人民币金额,卡号末四位,交易地金额\r\n01/13,01/14,某店,5.00,1234,5.00\r\n".encode()),
    Case("account.several", "statement.csv", "rows of two accounts, and of none",
         lambda: boc(boc_row(), boc_row(card="4001"), boc_row(card=""))),
    Case("account.unknown", "statement.csv", "a statement that does not name its account",
         lambda: boc(boc_row(card=""))),
    Case("shop.unknown", "orders.csv", "orders that do not name their shop",
         lambda: tmall("1,10.00,10.00,浙江,2025-08-01 10:00:00,2025-08-01 10:01:00,0.00")),
    Case("currency.unknown", "settlement.txt", "a settlement of Amazon without its first row",
         lambda: b"settlement-id\ttotal-amount\tcurrency\ttransaction-type\torder-id\tposted-date\tprice-amount\n"
                 b"77\t\t\tOrder\t701-1\t2025-08-01T22:07:18+00:00\t1.00\n",
         context=replace(CONTEXT, account="amazon.ca")),
    Case("count.no_date", "商品库存.csv", "a stock count that does not say of which day",
         lambda: table("商品编码,商品名称,库存数", "A,杯子,3")),
    Case("wise.fee_currency", "transactions.csv", "a card payment whose fee is in another currency",
         lambda: wise("C-1,COMPLETED,OUT,2026-06-30 23:59:59,0.30,USD,9.50,GBP,11.99,USD"), "flagged", WITH_ACCOUNT),
    Case("wise.refunded_in", "transactions.csv", "a receipt that was refunded",
         lambda: wise("T-1,REFUNDED,IN,2026-06-30 23:59:59,,,9.50,GBP,9.50,GBP"), "flagged", WITH_ACCOUNT),
    Case("table.below", "statement.csv", "a second table that does not name its account",
         lambda: table("账号：6222000000000000001", "交易日期,收入,支出,余额", "2026-01-05,10.00,,10.00",
                       "第2张卡", "交易日期,收入,支出,余额", "2026-01-05,20.00,,20.00")),
    Case("group.unbalanced", "序时账.csv", "a voucher whose debit and credit differ",
         lambda: table("日期,凭证字号,科目代码,摘要,借方,贷方", "2026-01-05,记-1,1001,甲,100.00,", "2026-01-05,记-1,6001,甲,,90.00"),
         "flagged"),
    Case("control.mismatch", "statement.csv", "a footer that disagrees with the rows", lambda: icbc("31.00"), "flagged"),
    Case("control.unreadable", "ledger.csv", "a footer that cannot be read", lambda: alipay(footer_in="a100.00")),
    Case("footer.missing", "statement.csv", "a file whose end is missing", lambda: icbc(footer=False), "flagged"),
    Case("balance_break", "statement.csv", "a line missing in the middle",
         lambda: boc(boc_row(), boc_row("2025-08-02", "50.00", "700.00"), boc_row("2025-08-03", "1.00", "701.00")), "flagged"),
    Case("unproved", "statement.csv", "hidden balances and no totals", lambda: icbc(footer=False), "flagged"),
)  # fmt: skip

MESSAGES = (
    Case("mt940.interim", "interim.sta", "an MT942",
         lambda: b":20:X\n:25:6222\n:28C:1/1\n:34F:CNY0,00\n:13D:2601021200+0800\n:61:2601020102D1,00NTRFNONREF\n-"),
    Case("mt940.no_statement", "statement.sta", "an MT940 without lines and balances",
         lambda: b":20:START\r\n:25:6222/0001\r\n:28C:1/1\r\n-".replace(b"6222/0001", b"")),
    Case("account.unknown", "statement.sta", "an MT940 whose account is blank",
         lambda: mt940().replace(b"6222/0001", b"")),
    Case("bank.statement_repeated", "statement.sta", "a statement that stands in the file twice",
         lambda: mt940() + b"\r\n" + mt940(), "flagged"),
    Case("bank.several_accounts", "statement.sta", "statements of two accounts, and one account given for all",
         mt940_two_accounts, context=WITH_ACCOUNT),
    Case("bank.30_february", "statement.sta", "a 30 February of a bank that counts 30 days a month",
         lambda: mt940(day="2602300301"), "flagged"),
    Case("control.mismatch", "statement.sta", "a closing balance that the lines do not give",
         lambda: mt940(closing="C260102CNY80,00"), "flagged"),
    Case("unproved", "statement.sta", "a statement without a closing balance", lambda: mt940(closing=""), "flagged"),
    Case("amount.unreadable", "statement.sta", "a :61: that cannot be read", lambda: mt940(amount="X25,00")),
    Case("camt.no_statement", "statement.xml", "a camt.053 without a statement", lambda: camt("BkToCstmrStmt", "")),
    Case("camt.several_messages", "report.xml", "a camt.053 and a camt.052 in one file",
         lambda: camt("BkToCstmrStmt", f"<Stmt>{CAMT_ENTRY}</Stmt></BkToCstmrStmt><BkToCstmrAcctRpt><Rpt>{CAMT_ENTRY}"
                      "</Rpt></BkToCstmrAcctRpt><BkToCstmrStmt>")),
    Case("bank.no_bank_reference", "report.bai", "a line of a BAI2 report within the day without the bank's reference",
         lambda: bai2().replace(b",USD,2/", b",USD,3/"), context=WITH_ACCOUNT),
    Case("bank.too_many_accounts", "statement.sta", "statements of more than a thousand accounts",
         lambda: b"\r\n".join(mt940().replace(b"6222/0001", str(n).encode()) for n in range(1001))),
    Case("bai2.no_account", "report.bai", "a BAI2 file without an account", lambda: bai2("")),
    Case("bai2.status", "report.bai", "a BAI2 test group", lambda: bai2().replace(b"AC,1,26", b"AC,4,26")),
    Case("bai2.record", "report.bai", "a BAI2 trailer that is no number", lambda: bai2().replace(b"49,", b"49,x")),
    Case("bai2.type", "report.bai", "a BAI2 type code without a direction",
         lambda: bai2().replace(b"16,175", b"16,701")),
    Case("ofx.no_statement", "statement.ofx", "an OFX file without a statement", lambda: b"OFXHEADER:100\n\n<OFX></OFX>"),
    Case("ofx.investment", "statement.ofx", "an OFX investment statement", lambda: b"<OFX><INVSTMTRS></INVSTMTRS></OFX>"),
    Case("ofx.one_number", "statement.ofx", "an OFX file with two accounts of one number",
         lambda: ofx("1", "CHECKING") + ofx("1", "SAVINGS")),
    Case("qif.no_statement", "list.qif", "a QIF list of categories", lambda: b"!Type:Cat\nNFood\n^\n"),
    Case("qif.investment", "trades.qif", "a QIF file of an investment account",
         lambda: b"!Type:Invst\nD1/2/26\nNBuy\n^\n"),
    Case("qif.date_order", "bank.qif", "a QIF file whose dates may be read in two ways",
         lambda: b"!Type:Bank\nD1/2/26\nT-5.00\n^\n", context=WITH_ACCOUNT),
    Case("camt.not_xml", "statement.xml", "a truncated camt.053", lambda: camt("BkToCstmrStmt", "<Stmt/>")[:-30]),
    Case("camt.forbidden", "statement.xml", "a camt.053 with an entity",
         lambda: camt("BkToCstmrStmt", "", '<!DOCTYPE d [<!ENTITY a "b">]>')),
)  # fmt: skip

MAPPINGS = (
    Case("mapping.field_unknown", "mine.csv", "a column for a field that there is not", mapped_file,
         context=mapped(columns={**MAPPING.columns, "colour": "Cur"})),
    Case("mapping.header_missing", "mine.csv", "a column that the header does not have", mapped_file,
         context=mapped(columns={**MAPPING.columns, "balance": "Left"})),
    Case("mapping.column_missing", "mine.csv", "no column for the amount", mapped_file,
         context=mapped(columns={"moment": "Day"})),
    Case("mapping.value_unknown", "mine.csv", "a unit of amounts that there is not", mapped_file,
         context=mapped(unit="dozen")),
    Case("mapping.formula", "mine.csv", "a formula for an amount that multiplies", mapped_file,
         context=mapped(columns={"moment": "Day"}, derived={"amount": Derived("{Cur} * 2")})),
    Case("mapping.pattern", "mine.csv", "a regular expression that is none", mapped_file,
         context=mapped(derived={"text": Derived("{Cur}", "([")})),
    Case("mapping.not_derived", "mine.csv", "a formula for a date", mapped_file,
         context=mapped(derived={"moment": Derived("{Day}")})),
)  # fmt: skip

SECTIONS: dict[str, tuple[Case, ...]] = {
    "Files that cannot be opened or recognised": FILES,
    "Rows and cells": ROWS,
    "Documents as a whole": DOCUMENTS,
    "Bank statement messages": MESSAGES,
    "Column mappings": MAPPINGS,
}
# Codes of importing that no file causes by itself: why.
NO_FILE = {
    "import.no_file": "there is no file of the name given",
    "import.unexpected": "a fault of the program; it is logged, and nothing of the file is kept",
    "import.account_unknown": "the book's own safeguard behind `account.unknown`, which the reading tells before",
    "import.document_unknown": "the number of a document to be undone is wrong",
    "import.closed_late": "the file is right: the book has closed the period that its new records are dated in",
    "import.closed_left_out": "the file is right: the book has closed the period that it would change",
}
CASES = tuple(case for cases in SECTIONS.values() for case in cases)

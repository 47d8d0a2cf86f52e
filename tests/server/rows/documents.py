"""Rows of the import, document and mapping pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.server.rows import MATCH, MONEY, Row

BANK_FILE = (
    "中国银行交易流水明细单\n"
    "记账日期,记账时间,币别,金额,余额,交易名称,渠道,网点名称,附言,对方账户名,对方卡号/账号,对方开户行,借记卡号\n"
    '2025-08-12,12:23:04,人民币,50.00,"150.00",网上快捷退款,银企对接,---,货款,支付宝,8000******1303,---,3167\n'
    '2025-08-12,12:24:04,人民币,-20.00,"130.00",网上快捷支付,银企对接,---,运费,支付宝,8000******1303,---,3167\n'
)
UNKNOWN_FILE = "单号,日期,金额,对方\nA1,2026-10-01,12.50,某公司\nA2,2026-10-02,-3.00,某公司\n"


def imported(company: Any) -> Any:
    """A document of the company's book, imported once, and the upload it came by."""
    if "document" not in company.more:
        from huikuan.server.documents import services
        from huikuan.server.documents.models import DocumentRow, Upload

        uploads = services.receive(
            company.book,
            "test",
            [("bank.csv", [BANK_FILE.encode()]), ("unknown.csv", [UNKNOWN_FILE.encode()])],
            batch="b1",
        )
        services.start_import(company.book, "test", uploads)
        for upload in Upload.objects.filter(book=company.book, state="waiting"):
            services.import_upload(upload, "test", {}, lambda _stage, _done, _total: None)
        company.more["document"] = DocumentRow.objects.get(book=company.book)
        company.more["record_key"] = first_record_key(company.book)
        company.more["unknown"] = Upload.objects.get(book=company.book, name="unknown.csv")
    return company.more


def document(company: Any) -> tuple[Any, ...]:
    return (imported(company)["document"].document_id,)


def unknown(company: Any) -> tuple[Any, ...]:
    return (imported(company)["unknown"].pk,)


def record_key(company: Any) -> tuple[Any, ...]:
    return (imported(company)["record_key"],)


def first_record_key(book: Any) -> str:
    from huikuan.pipeline.compute import connect
    from huikuan.server.documents.library import library_book

    con = connect()
    library_book(book).lake.register_current(con, "bank_line", "lines")
    (found,) = con.execute("SELECT min(record_key) FROM lines").fetchone() or ("",)
    con.close()
    return str(found)


def mapping(company: Any) -> tuple[Any, ...]:
    from huikuan.server.documents.models import SavedMapping

    found, _made = SavedMapping.objects.get_or_create(
        book=company.book, name="m", defaults={"spec": {"kind": "bank_line"}}
    )
    return (found.pk,)


def check(company: Any) -> tuple[Any, ...]:
    """The upload and a job that reads all its rows."""
    from huikuan.server.jobs.models import Job

    if "check" not in company.more:
        company.more["check"] = Job.objects.create(book=company.book, kind="mapping.check", title="Check", state="done")
    return (*unknown(company), company.more["check"].pk)


def stream(company: Any) -> tuple[Any, ...]:
    """The stream of the imported document."""
    from huikuan.server.documents.coverage import coverage_of

    imported(company)
    return (coverage_of(company.book, company.book.today())[0].key,)


def quiet(company: Any) -> tuple[Any, ...]:
    """Days of the imported document's stream that were marked as quiet."""
    from huikuan.server.documents.models import QuietDays

    (key,) = stream(company)
    day = date(2025, 8, 13)
    days = {"book": company.book, "stream": key, "first": day, "last": day}
    return key, QuietDays.objects.get_or_create(**days, live=True, defaults={"actor": "test"})[0].pk


ROWS = [
    Row("documents:import", MATCH),
    Row("documents:import", MATCH, "post"),
    Row("documents:formats", MONEY),
    Row("documents:upload", MATCH, "post"),
    Row("documents:start", MATCH, "post"),
    Row("documents:answer", MATCH, "post", lambda company: (imported(company)["unknown"].batch,)),
    Row("documents:changes", MATCH, "post", lambda company: (imported(company)["unknown"].batch,)),
    Row("documents:problems", MATCH, "get", unknown),
    Row("documents:map", MATCH, "get", unknown),
    Row("documents:map", MATCH, "post", unknown),
    Row("documents:mappings", MATCH),
    Row("documents:map_check", MATCH, "get", check),
    Row("documents:export_mapping", MATCH, "get", mapping),
    Row("documents:import_mapping", MATCH, "post"),
    Row("documents:delete_mapping", MATCH, "post", mapping),
    # The two books hold the same record: its key is no secret, its readings are.
    Row("documents:source", MONEY, "get", record_key),
    Row("documents:list", MONEY),
    Row("documents:coverage", MONEY),
    # Both books have an account of this name: the key is that of its name.
    Row("documents:stream", MONEY, "get", stream),
    Row("documents:quiet", MATCH, "post", stream),
    Row("documents:undo_quiet", MATCH, "post", quiet),
    Row("documents:document", MONEY, "get", document),
    Row("documents:decide", MATCH, "post", document),
    Row("documents:undo", MATCH, "get", document),
    Row("documents:undo", MATCH, "post", document),
]

"""Import, documents, mapping and source pages."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from huikuan.formats.registry import FORMATS
from huikuan.formats.spec import Text
from huikuan.server.documents import mapping_check, origins, queries
from huikuan.server.documents.forms import named_in
from huikuan.server.documents.models import DocumentRow, SavedMapping, Upload
from huikuan.server.documents.problems import sentence
from huikuan.server.documents.services import upload_path
from huikuan.server.jobs.models import Job
from tests.pipeline.test_proofs import MOVES, ledger
from tests.server.rows.documents import BANK_FILE, UNKNOWN_FILE, imported, record_key
from tests.server.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def address(world: World, name: str, *args: Any) -> str:
    return reverse(f"documents:{name}", args=[world.ours.book.slug, *args])


def english(world: World, role: str) -> Client:
    client = world.client(role)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def hand_in(world: World, **files: str) -> str:
    """Upload files as the page's script does; returns the batch page's address."""
    client = english(world, "clerk")
    for name, text in files.items():
        file = SimpleUploadedFile(f"{name}.csv", text.encode())
        answer = client.post(address(world, "upload"), {"batch": "abc123", "files": [file]})
        assert json.loads(answer.content)["uploads"]
    return client.post(address(world, "start"), {"batch": "abc123"})["Location"]


def test_files_go_in_and_each_tells_its_result(world: World) -> None:
    page = hand_in(world, bank=BANK_FILE, unknown=UNKNOWN_FILE, empty="")
    shown = english(world, "clerk").get(page).content.decode()
    assert [u.state for u in Upload.objects.filter(batch="abc123")] == ["done"] * 3
    assert shown.index("empty.csv") < shown.index("unknown.csv") < shown.index("bank.csv"), "the refused stand first"
    assert "is empty (0 bytes)" in shown
    assert "Map its columns" in shown
    empty = Upload.objects.get(batch="abc123", name="empty.csv")
    told = b"".join(english(world, "clerk").get(address(world, "problems", empty.pk)).streaming_content)  # type: ignore[arg-type]
    lines = told.decode("utf-8-sig").splitlines()
    assert lines[:3] == ["# Problems of an import", f"# Company: {world.ours.book.name}", "# File: empty.csv"]
    assert lines[-1].startswith("empty.csv,") and "is empty (0 bytes)" in lines[-1]
    found = DocumentRow.objects.get(book=world.ours.book)
    assert (found.file_name, found.rows, found.accepted, found.new) == ("bank.csv", 2, 2, 2)


def test_the_same_file_again_counts_nothing_twice(world: World) -> None:
    hand_in(world, bank=BANK_FILE)
    hand_in(world, bank=BANK_FILE)
    assert [u.rows[0]["status"] for u in Upload.objects.order_by("pk")] == ["imported", "unchanged"]
    assert DocumentRow.objects.filter(book=world.ours.book).count() == 1


def test_files_without_an_owner_are_asked_about_once(world: World) -> None:
    orders = (
        "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额\n"
        "1,10.0,10.0,上海,2020-02-20 10:00:00,2020-02-20 10:00:05,0.0\n"
    )
    page = hand_in(world, **{"orders": orders, "more": orders.replace("\n1,", "\n2,"), "Shop C": orders})
    client = english(world, "clerk")
    shown = client.get(page).content.decode()
    assert "3 files do not say which shop they are of" in shown
    first, second, third = (upload.pk for upload in Upload.objects.order_by("pk"))
    given = {
        "upload": [first, second, third],
        f"shop-{first}": "Shop B",
        f"shop-{second}": "",
        f"shop-{third}": "Shop C",
    }
    client.post(address(world, "answer", "abc123"), given)
    assert {row.file_name: row.shop for row in DocumentRow.objects.all()} == {
        "orders.csv": "Shop B", "more.csv": "Shop B", "Shop C.csv": "Shop C",
    }  # fmt: skip


def test_a_shop_that_the_file_name_holds_is_proposed() -> None:
    assert named_in("orders_Shop C_10.csv", ["Shop", "Shop C", "Shop B"]) == "Shop C"
    assert named_in("orders.csv", ["Shop"]) == ""


def test_an_answer_that_says_nothing_is_refused(world: World) -> None:
    hand_in(world, unknown=UNKNOWN_FILE)
    assert english(world, "clerk").post(address(world, "answer", "abc123"), {}).status_code == 422
    assert english(world, "clerk").post(address(world, "import"), {}).status_code == 422


def test_an_unknown_table_is_mapped_saved_and_used_again(world: World) -> None:
    hand_in(world, unknown=UNKNOWN_FILE)
    upload, client = Upload.objects.get(), english(world, "clerk")
    page = client.get(address(world, "map", upload.pk)).content.decode()
    assert "单号" in page and "A1" in page
    chosen = {"kind": "bank_line", "col-1": "moment", "col-2": "amount", "col-3": "counterparty", "account": "Bank"}
    preview = client.post(address(world, "map", upload.pk), {**chosen, "do": "preview"}, headers={"HX-Request": "true"})
    assert "all 2 rows can be read" in preview.content.decode()
    assert not SavedMapping.objects.exists(), "a preview saves nothing"
    assert client.post(address(world, "map", upload.pk), {**chosen, "do": "save", "name": ""}).status_code == 422, (
        "no name"
    )
    client.post(address(world, "map", upload.pk), {**chosen, "do": "save", "name": "my bank"})
    upload.refresh_from_db()
    assert upload.rows[0]["status"] == "flagged", "nothing proves a bank file without balances"
    assert upload.rows[0]["totals"] == {"bank_line.in": "12.50", "bank_line.out": "3.00"}
    hand_in(world, again=UNKNOWN_FILE + "A3,2026-10-03,7.00,某公司\n")
    again = Upload.objects.get(name="again.csv")
    assert (again.rows[0]["rows"], again.rows[0]["new"], again.rows[0]["duplicate"]) == (3, 1, 2)


def test_other_parties_are_shown_in_full_only_to_who_may_see_them(world: World) -> None:
    hand_in(world, unknown=UNKNOWN_FILE + "A3,2026-10-03,7.00,某公司\n")
    chosen = {"kind": "bank_line", "col-1": "moment", "col-2": "amount", "col-3": "counterparty", "account": "Bank"}
    upload = Upload.objects.get()
    english(world, "clerk").post(address(world, "map", upload.pk), {**chosen, "do": "save", "name": "my bank"})
    upload.refresh_from_db()
    document_id = upload.rows[0]["document"]
    line = next(
        row["record_key"]
        for sample in queries.first_records(
            world.ours.book, DocumentRow.objects.get(document_id=document_id), names=True
        )
        for row in sample["rows"]
        if row["counterparty"] == "某公司"
    )
    for page in (address(world, "document", document_id), address(world, "source", line)):
        clerk, auditor = (english(world, role).get(page).content.decode() for role in ("clerk", "auditor"))
        assert "某公司" in auditor
        assert "某公司" not in clerk and "某**" in clerk


def test_the_document_page_adds_up_and_undo_takes_it_out(world: World) -> None:
    document = imported(world.ours)["document"]
    client = english(world, "clerk")
    page = client.get(address(world, "document", document.document_id)).content.decode()
    assert "2 = 2 accepted + 0 rejected + 0 ignored" in page
    assert "Undo this document?" in client.get(address(world, "undo", document.document_id)).content.decode()
    client.post(address(world, "undo", document.document_id))
    document.refresh_from_db()
    assert document.undone_at is not None
    assert client.get(address(world, "undo", document.document_id)).status_code == 404, "undone once only"
    assert document.document_id not in client.get(address(world, "list")).content.decode()
    assert document.document_id in client.get(address(world, "list"), {"status": "undone"}).content.decode()


def test_a_flagged_document_names_the_one_that_heals_it(world: World, tmp_path: Path) -> None:
    wrong, whole = (
        ledger(tmp_path, "wrong.csv", MOVES[:3], (1, 3), stated=160).read_bytes().decode("gbk"),
        ledger(tmp_path, "whole.csv", MOVES, (1, 4)).read_bytes().decode("gbk"),
    )
    clerk = english(world, "clerk")

    def hand_in_ledger(**file: str) -> None:
        hand_in(world, **file)
        upload = Upload.objects.get(name=f"{next(iter(file))}.csv")
        clerk.post(address(world, "answer", "abc123"), {"upload": [upload.pk], "account": "ali"})

    hand_in_ledger(wrong=wrong)
    flagged = DocumentRow.objects.get(file_name="wrong.csv")
    page = address(world, "document", flagged.document_id)
    assert "Healed by" not in english(world, "auditor").get(page).content.decode()
    hand_in_ledger(whole=whole)
    shown = english(world, "auditor").get(page).content.decode()
    assert "Healed by" in shown and "whole.csv" in shown


def test_a_record_leads_back_to_its_row(world: World) -> None:
    (key,) = record_key(world.ours)
    page = english(world, "auditor").get(address(world, "source", key)).content.decode()
    assert "bank.csv" in page and "row 3" in page
    assert english(world, "auditor").get(address(world, "source", "bank_line:none/x/0")).status_code == 404


def test_the_list_costs_the_same_for_many_documents(world: World) -> None:
    document = imported(world.ours)["document"]
    client = english(world, "owner")
    client.get(address(world, "list"))
    with CaptureQueriesContext(connection) as few:
        client.get(address(world, "list"))
    for number in range(60):
        document.pk, document.document_id = None, f"copy-{number}"
        document.save()
    with CaptureQueriesContext(connection) as many:
        page = client.get(address(world, "list")).content.decode()
    assert len(many) == len(few)
    assert "Page 1 of 2" in page


def test_which_files_can_be_read(world: World) -> None:
    page = english(world, "auditor").get(address(world, "formats")).content.decode()
    assert "mt940" in page and "Documentation only" in page
    assert all(each.about.title in html.unescape(page) for each in FORMATS)
    groups = ("Platforms", "Wallets and payments", "Cross-border", "Banks", "Order systems and ledgers", "Couriers")
    assert all(f"<h2>{group}</h2>" in page for group in groups)
    assert "Columns used: 12" in page and "账务流水号" in page


def test_every_fault_stands_in_its_row_and_column(world: World) -> None:
    page = hand_in(world, bad=BANK_FILE.replace("50.00,", "1.2E+05,").replace("2025-08-12,12:24", "2025-02-30,12:24"))
    shown = english(world, "clerk").get(page).content.decode()
    assert '<td class="num">3</td><td>金额</td><td class="fault-text">“1.2E+05” is not an amount' in shown
    assert '<td class="num">4</td><td>记账日期</td><td class="fault-text">“2025-02-30” is not a date' in shown
    assert "Reconcile now" not in shown, "nothing was booked"
    again = hand_in(world, bank=BANK_FILE)
    assert "Reconcile now" in english(world, "clerk").get(again).content.decode()


def test_work_that_stopped_can_be_tried_again(world: World) -> None:
    page = hand_in(world, bank=BANK_FILE)
    upload = Upload.objects.get()
    upload_path(upload).write_text(BANK_FILE)
    Job.objects.filter(pk=upload.job_id).update(state="failed", error_code="job.interrupted")
    Upload.objects.update(state="waiting", rows=[])
    client = english(world, "clerk")
    shown = client.get(page).content.decode()
    assert "the work stopped before it" in shown and 'hx-trigger="every 2s"' not in shown
    client.post(address(world, "answer", "abc123"), {"upload": [upload.pk], "again": "on"})
    upload.refresh_from_db()
    assert (upload.state, upload.rows[0]["status"]) == ("done", "unchanged")


def test_what_was_chosen_stays_when_the_header_row_changes(world: World) -> None:
    hand_in(world, unknown="bank export\n" + UNKNOWN_FILE)
    upload, client = Upload.objects.get(), english(world, "clerk")
    shown = {"shown_table": "0", "shown_header_row": "2", "shown_kind": "bank_line", "table": "0", "do": "change"}
    chosen = {"col-0": "ref", "col-1": "", "col-2": "amount", "col-3": "counterparty", "sign": "inverted"}
    page = client.post(
        address(world, "map", upload.pk),
        {**shown, **chosen, "header_row": "2", "kind": "settlement_line", "account": "Bank"},
    ).content.decode()
    assert re.findall(r'<option value="(\w+)" selected>', page.split('name="col-0"')[1])[:1] != ["ref"], "no such field"
    assert '<option value="amount" selected>' in page.split('name="col-2"')[1].split("</select>")[0]
    assert '<option value="inverted" selected>' in page
    assert 'name="account" value="Bank"' in page
    page = client.post(
        address(world, "map", upload.pk), {**shown, **chosen, "header_row": "3", "kind": "bank_line"}
    ).content.decode()
    assert 'title="A1"' in page.split("<tbody>")[0], "row 3 is the header now"


def test_faults_of_a_mapping_are_said_in_words(world: World) -> None:
    hand_in(world, unknown=UNKNOWN_FILE)
    upload, client = Upload.objects.get(), english(world, "clerk")
    given = {"kind": "bank_line", "col-1": "moment", "col-2": "counterparty", "col-3": "counterparty", "do": "preview"}
    page = client.post(address(world, "map", upload.pk), given, headers={"HX-Request": "true"}).content.decode()
    assert "is chosen for 2 columns" in page
    assert "No column is chosen for “Amount”; Bank lines need it." in html.unescape(page)
    given = {"kind": "bank_line", "col-1": "moment", "col-2": "amount", "do": "save", "name": "m"}
    answer = client.post(address(world, "map", upload.pk), given)
    assert answer.status_code == 422
    assert "Say whose it is: fill in “Account”" in html.unescape(answer.content.decode())


def test_a_large_file_is_shown_by_its_head_and_checked_by_a_job(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping_check, "WHOLE_BYTES", 200)
    rows = "".join(f"B{n},2026-10-02,{n}.00,c\n" for n in range(50))
    hand_in(world, unknown=UNKNOWN_FILE + rows + "C1,no date,1.00,c\n")
    upload, client = Upload.objects.get(), english(world, "clerk")
    chosen = {"kind": "bank_line", "col-1": "moment", "col-2": "amount", "account": "Bank", "name": "m"}
    page = client.post(address(world, "map", upload.pk), {**chosen, "do": "preview"}, headers={"HX-Request": "true"})
    assert re.search(r"the first \d rows can be read", page.content.decode())
    page = client.post(address(world, "map", upload.pk), {**chosen, "do": "check"}, headers={"HX-Request": "true"})
    job = Job.objects.get(kind="mapping.check")
    assert (job.state, job.result["rows"], job.result["rejected"]) == ("done", 53, 1)
    page = client.get(address(world, "map_check", upload.pk, job.pk)).content.decode()
    assert "1 of 53 rows cannot be read" in page
    assert '<td class="num">54</td><td>日期</td>' in page


def test_a_mapping_travels_as_a_file(world: World) -> None:
    hand_in(world, unknown=UNKNOWN_FILE)
    upload, client = Upload.objects.get(), english(world, "clerk")
    chosen = {"kind": "bank_line", "col-1": "moment", "col-2": "amount", "account": "Bank", "name": "m"}
    client.post(address(world, "map", upload.pk), {**chosen, "do": "save"})
    saved = SavedMapping.objects.get()
    content = client.get(address(world, "export_mapping", saved.pk)).content
    spec = saved.spec
    saved.delete()

    def read_in(text: bytes) -> int:
        file = SimpleUploadedFile("mapping.json", text)
        return client.post(address(world, "import_mapping"), {"file": file}).status_code

    assert (read_in(content), SavedMapping.objects.get().spec) == (302, spec)
    for bad in (b"", b"[]", b"{", b'{"file": "x"}', content.replace(b"bank_line", b"no_line"), b"\xff\xfe"):
        assert read_in(bad) == 422
    other = json.loads(content)
    other["mapping"]["header"].append("more")
    assert read_in(json.dumps(other).encode()) == 422, "the name belongs to another header"


def test_the_original_cells_are_shown_and_people_masked(world: World) -> None:
    (key,) = record_key(world.ours)
    page = html.unescape(english(world, "auditor").get(address(world, "source", key)).content.decode())
    assert re.search(r'<th scope="row">附言</th><td>\s*货款', page)
    assert re.search(r'<th scope="row">记账时间</th><td>12:23:04', page)
    # The format reads no such column: who it is of cannot be known, so it is not shown.
    assert re.search(r'<th scope="row">对方开户行</th><td class="masked"[^>]*>\*\*\*', page)


def test_original_cells_of_a_mapped_workbook_and_of_odd_lines(world: World, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        '单号,备注,收货人,金额\nA1,"two\nlines",王小明,1.00\nA2,拨打13812345678,李四,2.50\n', encoding="gb18030"
    )
    declared = replace(FORMATS[0], id="x", needs=(("单号",),), columns=(Text("a", ("单号",)), Text("b", ("备注",))))

    def cells(row: int, *kept: str) -> dict[str, str]:
        origin = origins._origin_in(path, "t.csv", [declared], ("", row), kept)
        return {cell.header: cell.text for cell in origin.cells}

    assert cells(2, "two\nlines") == {"单号": "A1", "备注": "two\nlines", "收货人": "***", "金额": "1.00"}
    assert cells(4, "拨打***", "李四") == {"单号": "A2", "备注": "拨打***", "收货人": "***", "金额": "2.50"}
    assert cells(4)["备注"] == "***", "a remark that the record does not keep is not shown"
    assert "not found" in origins._origin_in(path, "t.csv", [declared], ("", 99), ()).note


def test_remarks_are_told_in_the_language_of_the_reader_not_of_the_import() -> None:
    broken = {
        "sheet": "", "row": 22, "column": "", "code": "balance_break", "severity": "flag",
        "text": "Line 22: the balance is 42647.73, but ...", "params": {"stated": "42647.73", "computed": "46969.23"},
    }  # fmt: skip
    with override("zh-hans"):
        assert sentence(broken).startswith("第 22 行：余额是 42,647.73，")
        assert sentence(broken | {"sheet": "Sheet1"}).startswith("工作表“Sheet1”第 22 行")
    with override("en"):
        assert sentence(broken | {"text": "第 22 笔：余额是 …"}).startswith("Entry 22: the balance is 42,647.73")


ORDER = "1,10.0,10.0,上海,2020-02-20 10:00:00,2020-02-20 10:00:05,0.0,S\n"
OTHER = ORDER.replace("1,10.0,10.0", "2,5.0,5.0")
REFUNDED = ORDER.replace("10.0,10.0", "10.0,7.5").replace(",0.0,S", ",2.5,S")
ORDERS = "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额,店铺名称\n"


def test_a_file_that_would_change_known_records_is_asked_about_first(world: World) -> None:
    hand_in(world, ExportOrderList202002210900=ORDERS + ORDER + OTHER)
    page = hand_in(world, ExportOrderList202002220900=ORDERS + REFUNDED + OTHER)
    upload, client = Upload.objects.get(name="ExportOrderList202002220900.csv"), english(world, "clerk")
    assert [row["status"] for row in upload.rows] == ["held"]
    shown = client.get(page).content.decode()
    assert "1 known record changes" in shown and "Refunded" in shown and "2.50" in shown
    assert DocumentRow.objects.count() == 1, "nothing is booked before the answer"
    client.post(address(world, "changes", "abc123"), {"upload": [upload.pk], "take": "yes"})
    upload.refresh_from_db()
    assert [(row["status"], row["updated"]) for row in upload.rows] == [("imported", 1)]
    assert DocumentRow.objects.count() == 2


def test_known_records_can_be_left_as_they_are(world: World) -> None:
    hand_in(world, ExportOrderList202002210900=ORDERS + ORDER)
    hand_in(world, ExportOrderList202002220900=ORDERS + REFUNDED)
    upload, client = Upload.objects.get(name="ExportOrderList202002220900.csv"), english(world, "clerk")
    client.post(address(world, "changes", "abc123"), {"upload": [upload.pk], "take": "no"})
    upload.refresh_from_db()
    assert [each["status"] for each in upload.rows] == ["left"]
    assert DocumentRow.objects.count() == 1
    assert not upload_path(upload).exists()


def test_a_book_may_take_changes_over_unasked(world: World) -> None:
    world.ours.book.ask_changes = False
    world.ours.book.save()
    hand_in(world, ExportOrderList202002210900=ORDERS + ORDER)
    hand_in(world, ExportOrderList202002220900=ORDERS + REFUNDED)
    assert Upload.objects.get(name="ExportOrderList202002220900.csv").rows[0]["status"] == "imported"

"""What files tell twice is said in words, with its money, and counts once."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from huikuan.pipeline.documents.importing import ImportOptions, ImportRow
from huikuan.server.documents import services, told_twice
from huikuan.server.documents.models import Upload
from huikuan.server.workbench.services import reconcile, results
from tests.pipeline.test_proofs import MOVES, ledger, statement
from tests.server.test_coverage import address, english
from tests.server.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def take(world: World, *paths: Path, account: str = "ali") -> list[ImportRow]:
    files = [(path, path.name) for path in paths]
    return services.import_paths(world.ours.book, "test", files, ImportOptions(account=account))


def test_the_same_content_names_its_twin(world: World, tmp_path: Path) -> None:
    first = ledger(tmp_path, "first.csv", MOVES, (1, 4))
    take(world, first)
    client = english(world)
    other = first.read_bytes().replace("#支付宝账务明细查询".encode("gbk"), "#支付宝账务明细查询 2".encode("gbk"))
    for name, content in (("copy.csv", first.read_bytes()), ("again.csv", other)):
        file = SimpleUploadedFile(name, content)
        client.post(address(world, "upload"), {"batch": "abc123", "files": [file]})
    page = client.post(address(world, "start"), {"batch": "abc123"})["Location"]
    uploads = list(Upload.objects.values_list("pk", flat=True))
    client.post(address(world, "answer", "abc123"), {"upload": uploads, "account": "ali"})
    shown = client.get(page).content.decode()
    assert shown.count("Same as first.csv, imported") == 2, "whatever the name, whatever the bytes"
    documents = services.documents_of(world.ours.book)
    assert sorted(d.file_name for d in documents) == ["again.csv", "first.csv"]
    told = client.get(address(world, "document", documents[0].document_id)).content.decode()
    assert "Told by other files too" in told and "Same content" in told


def test_overlapping_files_tell_which_days_and_how_much_money(world: World, tmp_path: Path) -> None:
    first, second = (
        row.document
        for row in take(
            world, ledger(tmp_path, "one.csv", MOVES[:3], (1, 3)), ledger(tmp_path, "two.csv", MOVES[1:], (2, 4))
        )
    )
    (shared,) = told_twice.shared(world.ours.book, second)
    assert (shared.document.document_id, shared.records, shared.whole) == (first, 2, False)
    assert [day.day for day in (shared.first, shared.last) if day] == [2, 3]
    assert shared.money == (("CNY", Decimal(50), Decimal(30)),)
    assert told_twice.shared(world.ours.book, first)[0].document.document_id == second, "said on both"
    page = english(world).get(address(world, "document", first)).content.decode()
    assert "two.csv" in page and "Told by other files too" in page


def test_lines_that_may_be_one_movement_or_two_are_told_on_the_page(world: World, tmp_path: Path) -> None:
    (row, other) = take(
        world, statement(tmp_path, "a.csv", [(1, 10), (3, 50)]), statement(tmp_path, "b.csv", [(3, 50), (5, -7)]),
        account="bank",
    )  # fmt: skip
    assert told_twice.booked_twice(world.ours.book, row.document) == [], "nothing was reconciled yet"
    reconcile(world.ours.book, "test")
    found = [each for name in (row, other) for each in told_twice.booked_twice(world.ours.book, name.document)]
    assert [(each.class_, each.count, each.amount) for each in found] == [("possible_duplicate", 1, Decimal(50))]
    pages = [english(world).get(address(world, "document", each.document)).content.decode() for each in (row, other)]
    assert sum("may be one movement that two files tell" in page for page in pages) == 1


@pytest.mark.engine
@pytest.mark.parametrize(("movements", "balance"), [(1, "53"), (2, "103")])
def test_a_person_says_whether_it_is_one_movement_or_two(
    world: World, tmp_path: Path, movements: int, balance: str
) -> None:
    (row, other) = take(
        world, statement(tmp_path, "a.csv", [(1, 10), (3, 50)]), statement(tmp_path, "b.csv", [(3, 50), (5, -7)]),
        account="bank",
    )  # fmt: skip
    book = world.ours.book
    (line,) = told_twice.doubtful(book, row.document, ["bank_line"])
    page = english(world).get(address(world, "document", other.document)).content.decode()
    assert "One movement or two?" in page and "50.00" in page
    data = {"record_key": line.record_key, "movements": movements}
    assert english(world).post(address(world, "decide", row.document), data).status_code == 302
    assert told_twice.doubtful(book, row.document, ["bank_line"]) == []
    take(world, statement(tmp_path, "c.csv", [(3, 50), (6, -7)]), account="bank")
    reconcile(book, "test")
    found = results(book)
    assert "possible_duplicate" not in [each["class"] for each in found.classes("balance")], "it holds"
    assert english(world).post(address(world, "decide", row.document), data).status_code == 422, "decided already"
    moved = sum(each["amount"] for each in found.told_open("payout-bank"))
    assert moved == Decimal(balance) - 7

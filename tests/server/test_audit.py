"""The audit log: what is written, the chain, and that nothing changes it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from huikuan.server.audit.models import Entry
from huikuan.server.audit.services import GENESIS, plain, record, verify
from tests.server.collection.conftest import english
from tests.server.world import World


def test_entries_are_chained_from_the_beginning(world: World) -> None:
    entries = list(Entry.objects.order_by("id"))
    assert entries[0].previous_hash == GENESIS
    assert [entry.previous_hash for entry in entries[1:]] == [entry.hash for entry in entries[:-1]]
    assert verify() is None


def test_a_change_made_behind_the_programs_back_is_found(world: World) -> None:
    victim = Entry.objects.order_by("id")[1]
    Entry.objects.filter(pk=victim.pk).update(actor="somebody else")
    assert verify() == victim


def test_a_removed_entry_is_found(world: World) -> None:
    second, third = Entry.objects.order_by("id")[1:3]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_entry WHERE id = %s", [second.pk])
    assert verify() == third


def test_entries_are_neither_saved_again_nor_deleted(world: World) -> None:
    entry = Entry.objects.first()
    assert entry is not None
    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()


def test_values_become_plain() -> None:
    value = {"amount": Decimal("1.50000"), "day": date(2026, 10, 31), "names": ("a", "b"), "none": None}
    assert plain(value) == {"amount": "1.50000", "day": "2026-10-31", "names": ["a", "b"], "none": None}


def test_a_change_on_a_page_is_written_with_before_and_after(world: World) -> None:
    address = f"/b/ours/settings/shops/{world.ours.shop.pk}"
    world.client("accountant").post(address, {"name": "Shop B", "platform": "jd", "currency": ""})
    entry = Entry.objects.get(action="shop.change", actor="accountant")
    assert (entry.before["name"], entry.after["name"]) == ("Shop A", "Shop B")
    assert entry.book == world.ours.book
    assert entry.address == "127.0.0.1"


def test_the_log_shows_the_own_book_only_and_finds(world: World) -> None:
    record("command line", "shop.create", "shop:99", book=world.theirs.book, after={"name": "secret"})
    page = world.client("auditor").get("/b/ours/settings/audit?q=shop").content.decode()
    assert "shop:99" not in page and "Shop A" in page


def test_export_is_whole_and_safe_for_spreadsheets(world: World) -> None:
    record("=cmd()", "shop.create", book=world.ours.book)
    response = english(world.client("auditor")).get("/b/ours/settings/audit/export")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert "'=cmd()" in text
    head = [line for line in text.split("\r\n") if line.startswith("# ")]
    count = Entry.objects.filter(book=world.ours.book).count()
    assert head[:4] == [
        "# Audit log", f"# Company: {world.ours.book.name}", "# Filter: Whole log with hashes", f"# Rows: {count}",
    ]  # fmt: skip
    assert any(line.startswith("# Printed by: ") for line in head)
    assert text.count("\r\n") == len(head) + 1 + count


def test_things_are_told_by_name_with_their_page(world: World) -> None:
    book = world.ours.book
    run = {"run": "20261031T012600-16bea2", "as_of": "2026-09-30"}
    record("system", "reconcile.run", f"run:{run['run']}", book=book, after=run)
    record("system", "match.make", "match:abc", book=book, after={"reconciliation": "payout-bank"})
    record("system", "order.dispute", "order:Shop A/TB/1", book=book)
    client = english(world.client("auditor"))
    page = client.get("/b/ours/settings/audit").content.decode()
    assert 'href="/b/ours/reconciliations/?as_of=2026-09-30">Run of 2026-10-31 09:26</a>' in page
    assert 'href="/b/ours/workbench/payout-bank/group/abc/">Match in Payouts and bank</a>' in page
    assert 'href="/b/ours/orders/TB/1/"' in page


def test_paging_shows_every_entry_once(world: World) -> None:
    for number in range(120):
        record("system", "shop.create", f"shop:{number}", book=world.ours.book)
    client, seen, address = world.client("auditor"), [], "/b/ours/settings/audit"
    for _ in range(10):
        page = client.get(address).context["page"]
        seen += [entry.pk for entry in page.rows]
        if not page.next_cursor:
            break
        address = f"/b/ours/settings/audit?after={page.next_cursor}&page={page.number + 1}"
    assert len(seen) == len(set(seen)) == page.total

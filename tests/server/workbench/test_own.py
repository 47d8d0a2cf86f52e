"""A reconciliation that the book's people declared goes through run, pages, decisions and exports as any other."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from huikuan.pipeline.proposals import what_if as pipeline
from huikuan.recons import RECONCILIATIONS
from huikuan.records.errors import UserError
from huikuan.records.user_reconciliation_file import read
from huikuan.server.books import toml, user_reconciliations
from huikuan.server.books.models import Book
from huikuan.server.documents.library import library_book
from huikuan.server.jobs.models import Job
from huikuan.server.jobs.services import _do
from huikuan.server.workbench import services, what_if
from tests.listed import listed


def _if(field: str, test: str, value: str) -> dict[str, str]:
    return {"field": field, "test": test, "value": value}


PAYOUTS = {
    "name": "wallet-bank",
    "title": "My payouts",
    "left": {"kind": "wallet_line", "minus": "amount", "where": [_if("movement", "is", "payout")]},
    "right": {"kind": "bank_line", "plus": "amount", "where": [_if("amount", "at_least", "0.01")]},
    "passes": {"amount": "applies"},
}


@pytest.mark.engine
def test_it_is_run_shown_decided_and_ended_like_the_built_in_ones(demo: Book, clerk: Client) -> None:
    own, faults = read(PAYOUTS)
    assert own is not None, faults
    user_reconciliations.save(demo, own)
    assert clerk.get(f"/b/{demo.slug}/workbench/wallet-bank/").status_code == 404  # no run knows it yet
    manifest = services.reconcile(demo, "command line")
    assert manifest.names == (*RECONCILIATIONS, "wallet-bank")
    assert manifest.declared["wallet-bank"]["hash"] and manifest.user_reconciliation("wallet-bank") == own
    assert manifest.rows["wallet-bank"]["links"] > 0
    found = services.results(demo)
    for row in found.statement("wallet-bank"):
        assert row["total"] == row["matched"] + row["difference"] + row["open"]
    for page in ("/", "/matched/", "/causes/"):
        answer = clerk.get(f"/b/{demo.slug}/workbench/wallet-bank{page}")
        assert answer.status_code == 200 and "My payouts" in answer.content.decode()
    assert "My payouts" in clerk.get(f"/b/{demo.slug}/reconciliations/").content.decode()

    group = next(row["group_id"] for row in found.links("wallet-bank").rows)
    undone = clerk.post(f"/b/{demo.slug}/workbench/wallet-bank/undo/{group}/", {"reason": "not so"})
    assert undone.status_code == 200
    loose = [row for row in services.results(demo).open_items("wallet-bank").rows if row["class"] == "payout_missing"]
    assert loose == []  # it is called by its own classes, not by those of payouts

    user_reconciliations.end(demo, "wallet-bank")
    assert "wallet-bank" not in services.reconcile(demo, "command line").names
    with pytest.raises(UserError):
        services.results(demo).links("wallet-bank")


CHANGED = '[[reconciliation]]\nname = "order-settlement"\ntolerance = 20\n'


@pytest.mark.engine
def test_what_if_tells_exactly_what_a_run_with_the_changed_rules_finds(demo: Book, world: Any) -> None:
    services.reconcile(demo, "command line")
    before = _states(demo)
    client, page = world.client("accountant"), f"/b/{demo.slug}/what-if/"
    answer = client.post(page, {"file": SimpleUploadedFile("r.toml", CHANGED.encode()), "name": "order-settlement"})
    job = Job.objects.get(kind=what_if.JOB)
    _do(job)
    job.refresh_from_db()
    assert job.state == "done", job.fault
    assert 'tolerance = "20"' not in toml.export_text(demo), "nothing saved"
    assert _states(demo) == before, "nothing published"

    found = pipeline.opened(library_book(demo), job.result["folder"])
    after = dict(before)
    for row in pipeline.rows_of(found):
        key = (row["part"], row["side"], row["record_key"], row["group_id"], row["amount"])
        if row["field"] not in ("status", "class") or (row["part"], row["field"]) == ("links", "class"):
            continue
        assert after.pop(key, "") == row["before"]
        if row["after"]:
            after[key] = row["after"]
    toml.import_text(demo, CHANGED)
    services.reconcile(demo, "command line")
    assert after == _states(demo) and after != before

    shown = client.get(answer.url).content.decode()
    assert "What would change" in shown and "Within" not in shown and "Excel" in shown
    told = listed(b"".join(client.get(f"{answer.url}file/?format=csv").streaming_content))
    assert len(told) >= len([row for row in pipeline.rows_of(found) if row["part"] == "links"])


def _states(book: Book) -> dict[tuple[Any, ...], str]:
    """The status of each link and the class of each open item, by what it is about."""
    found = services.results(book)
    states = {}
    for part, field in (("links", "status"), ("open", "class")):
        rows = found.run.query(f"SELECT * FROM {found.run.now('order-settlement', part, found.decisions)}")
        amount = "allocated" if part == "links" else "amount"
        for row in rows:
            states[(part, row["side"], row["record_key"], row["group_id"], row[amount])] = row[field]
    return states


def test_the_form_previews_real_facts_says_what_is_wrong_at_its_field_and_saves(demo: Book, world: Any) -> None:
    client, page = world.client("accountant"), f"/b/{demo.slug}/settings/rules/own/new"
    typed = {
        "name": "wallet-bank", "title": "My payouts", "passes-amount": "applies", "passes-key": "off",
        "window_days": "5", "waiting_days": "3", "grouping": "none", "preview_from": "2026-10-01",
        "preview_to": "2026-10-31", "left-kind": "wallet_line", "left-minus": "amount",
        "left-where-1-field": "movement", "left-where-1-test": "is", "left-where-1-value": "payout",
        "right-kind": "bank_line", "right-plus": "amount", "right-where-1-field": "amount",
        "right-where-1-test": "at_least", "right-where-1-value": "0.01",
    }  # fmt: skip
    assert client.get(page).status_code == 200
    other = client.post(page, typed | {"do": "refresh", "left-kind": "stock_move"}).content.decode()
    assert '<option value="warehouse">' in other and "left-where-1-test" not in other
    shown = client.post(page, typed | {"do": "preview"}).content.decode()
    unkeyed = client.post(page, typed | {"do": "preview", "passes-key": "applies"}).content.decode()
    assert "Left side, Key: the pass by key applies" in unkeyed and "left.key" not in unkeyed
    assert "Would match" in shown and "Would stay open on the right" in shown
    assert not user_reconciliations.declared(demo)
    wrong = client.post(page, typed | {"do": "save", "title": "", "window_days": "soon", "right-plus": ""})
    assert wrong.status_code == 422
    for fault in ("What it is called is missing", "Window in days is", "one side compares an amount"):
        assert fault in wrong.content.decode()
    assert client.post(page, typed | {"do": "save"}).status_code == 302
    own, _faults = read(PAYOUTS)
    assert user_reconciliations.declared(demo)[0].left == own.left  # type: ignore[union-attr]
    again = client.post(page, typed | {"do": "save"})
    assert again.status_code == 422 and "which there is already" in again.content.decode()
    edit = page.replace("new", "wallet-bank")
    assert 'value="payout"' in client.get(edit).content.decode()
    assert client.post(edit, typed | {"do": "save", "tolerance": "0.05"}).status_code == 302
    assert user_reconciliations.declared(demo)[0].tolerance == Decimal("0.05")
    assert client.post(edit + "/end").status_code == 302 and not user_reconciliations.declared(demo)

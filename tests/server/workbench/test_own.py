"""A reconciliation that the book's people declared goes through run, pages, decisions and exports as any other."""

from __future__ import annotations

import pytest
from django.test import Client

from huikuan.recons import RECONCILIATIONS
from huikuan.records.errors import UserError
from huikuan.records.user_reconciliation_file import read
from huikuan.server.books import user_reconciliations
from huikuan.server.books.models import Book
from huikuan.server.workbench import services


def _if(field: str, test: str, value: str) -> dict[str, str]:
    return {"field": field, "test": test, "value": value}


PAYOUTS = {
    "name": "wallet-bank",
    "title": "My payouts",
    "left": {"kind": "wallet_line", "minus": "amount", "where": [_if("movement", "is", "payout")]},
    "right": {"kind": "bank_line", "plus": "amount", "where": [_if("amount", "at_least", "0.01")]},
    "passes": {"amount": "applies"},
}


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

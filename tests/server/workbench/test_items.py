"""The page of bill items: list, class with preview, taking it back."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from huikuan.pipeline.documents.importing import ImportOptions
from huikuan.server.documents.services import import_paths
from huikuan.server.workbench import bill_items
from huikuan.server.workbench.models import ItemClass
from tests.formats.support import ledger
from tests.pipeline.test_bill_items import ROWS
from tests.server.world import World

pytestmark = pytest.mark.django_db(transaction=True)
ITEM = {"source": "alipay", "item": "灵犀扣费"}


@pytest.fixture
def client(world: World, tmp_path: Path) -> Client:
    path = ledger(tmp_path, ROWS)
    import_paths(world.ours.book, "test", [(path, path.name)], ImportOptions(shop="S"))
    client = world.client("clerk")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def address(world: World, name: str, *args: object) -> str:
    return reverse(f"workbench:{name}", args=[world.ours.book.slug, *args])


def test_an_item_is_classified_with_a_preview_and_taken_back(world: World, client: Client) -> None:
    book = world.ours.book
    page = client.get(address(world, "items")).content.decode()
    assert "灵犀扣费" in page and "50.00" in page
    preview = client.get(address(world, "classify"), ITEM).content.decode()
    assert "2 lines that were imported get this class" in preview and "4.00" in preview
    assert client.post(address(world, "classify"), ITEM | {"type": "nonsense"}).status_code == 422
    client.post(address(world, "classify"), ITEM | {"type": "marketing"})
    assert [each.sum.item for each in bill_items.unknown(book)] == ["月光转出"]
    made = ItemClass.objects.get(book=book, live=True)
    assert "Marketing" in client.get(address(world, "items")).content.decode()
    client.post(address(world, "take_back_item", made.pk))
    assert len(bill_items.unknown(book)) == 2


def test_an_empty_book_has_no_unknown_items(world: World) -> None:
    client = world.client("auditor")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert "Every bill item is known" in client.get(address(world, "items")).content.decode()

"""Makes a home with a reconciled demo for the journeys: `python -m tests.browser.seed_demo HOME`."""

from __future__ import annotations

import shutil
import sys

from huikuan.server.setup import setup


def main(home: str) -> None:
    """One administrator `lin`; the demo's book with 300 orders, reconciled here without its rules."""
    setup(home)
    from huikuan.demo.seller import AS_OF, BOOK_START
    from huikuan.server.accounts.services import create_user
    from huikuan.server.books.services import create_book
    from huikuan.server.workbench import services
    from tests.demo_book import make_demo
    from tests.server.world import PASSWORD
    from tests.shared import made_once

    admin, _shown = create_user("lin", password=PASSWORD, superuser=True, display_name="林会计")
    book = create_book("Demo", start=BOOK_START, owner=admin, by=admin)
    book.fixed_today, book.data_until = AS_OF, AS_OF
    book.save()
    imported = made_once("bench", make_demo) / "book"
    shutil.copytree(imported, book.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("results"))
    services.reconcile(book, "seed")


if __name__ == "__main__":
    main(sys.argv[1])

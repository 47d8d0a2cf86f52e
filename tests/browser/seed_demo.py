"""Makes a home with a reconciled demo for the journeys: `python -m tests.browser.seed_demo HOME`."""

from __future__ import annotations

import sys
from pathlib import Path

from huikuan.server.setup import setup


def main(home: str) -> None:
    """One administrator `lin`; the demo's book with 300 orders, imported and reconciled."""
    setup(home)
    from huikuan.demo import generate
    from huikuan.demo.guide import demo_rules
    from huikuan.demo.seller import AS_OF, BOOK_START
    from huikuan.pipeline.importing import ImportOptions, import_file
    from huikuan.server.accounts.services import create_user
    from huikuan.server.books.services import create_book
    from huikuan.server.documents.library import library_book
    from huikuan.server.workbench import services
    from tests.server.world import PASSWORD

    admin, _shown = create_user("lin", password=PASSWORD, superuser=True, display_name="林会计")
    book = create_book("Demo", start=BOOK_START, owner=admin, by=admin)
    book.fixed_today, book.data_until = AS_OF, AS_OF
    book.save()
    folder = Path(home).parent / "files"
    truth = generate(folder, 300, 11)
    for name, file in {file.file: file for file in truth.files}.items():
        options = ImportOptions(shop=file.shop, account=file.account)
        import_file(library_book(book), folder / name, options, demo_rules(), name=name)
    services.reconcile(book, "seed")


if __name__ == "__main__":
    main(sys.argv[1])

"""Makes a home with a book for the browser tests: `python -m tests.server.seed_home HOME`."""

from __future__ import annotations

import sys

from huikuan.server.setup import setup


def main(home: str) -> None:
    """One administrator `lin`, a book with rules, an empty second book."""
    setup(home)
    from huikuan.server.accounts.services import create_user
    from huikuan.server.books.services import create_book
    from huikuan.server.books.toml import import_text
    from tests.server.world import PASSWORD, RULES

    admin, _shown = create_user("lin", password=PASSWORD, superuser=True, display_name="林会计")
    book = create_book("禾屿家居", owner=admin, by=admin)
    import_text(book, RULES, by=admin)
    create_book("空公司", owner=admin, by=admin)


if __name__ == "__main__":
    main(sys.argv[1])

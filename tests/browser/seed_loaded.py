"""Makes a home with a loaded demo, rules and documents and all: `python -m tests.browser.seed_loaded HOME`."""

from __future__ import annotations

import sys
from pathlib import Path

from huikuan.server.setup import setup


def main(home: str) -> None:
    """One administrator `lin`; the demo's book with 300 orders, loaded as `huikuan demo --load` does."""
    setup(home)
    from huikuan.demo import generate
    from huikuan.server.accounts.services import create_user
    from huikuan.server.books.demo import load
    from tests.server.world import PASSWORD

    admin, _shown = create_user("lin", password=PASSWORD, superuser=True, display_name="林会计")
    load(generate(Path(home).parent / "files", 300, 11), "Demo", by=admin, told=lambda stage, done, total: None)


if __name__ == "__main__":
    main(sys.argv[1])

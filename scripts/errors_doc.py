"""Writes docs/errors.md: what a user is told about each bad file of the zoo (`tests/errors/zoo.py`).

python scripts/errors_doc.py           writes the page
python scripts/errors_doc.py --check   exits with 1 if the page is not current
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.errors.zoo import Case, Seen

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "errors.md"
INTRODUCTION = """# What Huikuan says about bad files

Written by `scripts/errors_doc.py` from `tests/errors/zoo.py`: each file is built, read as an import reads it, and the
message below is what the user gets, in each language of the program. A fault in one file never stops the others of a
batch. What a code does:

- **refuses the file**: nothing of it is kept.
- **rejects the row**: the row is set aside, and the file is refused unless the person imports the rest.
- **flags**: the file is imported and shown with its fault.
"""
SEVERITIES = {"refuse": "refuses the file", "reject": "rejects the row", "flag": "flags"}
NAMES = {"en": "English", "zh_Hans": "简体中文", "zh_Hant": "繁體中文"}


def read_zoo() -> dict[Case, Seen]:
    """Build and read every bad file."""
    from tests.errors.zoo import CASES, seen

    found = {}
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            found[case] = seen(case, Path(folder))
    return found


def page(zoo: dict[Case, Seen]) -> str:
    """The whole page as Markdown."""
    from tests.errors.zoo import NO_FILE, SECTIONS

    def entry(case: Case) -> str:
        told = zoo[case].first(case.code)
        texts = "".join(f"- {NAMES[language]}: {text}\n" for language, text in told.texts.items())
        return f"### `{case.code}`: {case.shows}\n\n`{case.file}`; {SEVERITIES[told.severity]}.\n\n{texts}"

    parts = [INTRODUCTION]
    for title, cases in SECTIONS.items():
        parts += [f"## {title}\n", *(entry(case) for case in cases)]
    parts += ["## Codes that no file causes\n", *(f"- `{code}`: {why}." for code, why in NO_FILE.items()), ""]
    return "\n".join(parts)


def main(arguments: list[str]) -> int:
    """Write the page, or compare it; 1 if it is not current."""
    sys.path.insert(0, str(ROOT))
    text = page(read_zoo())
    if "--check" in arguments:
        current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == text
        print("docs/errors.md is current" if current else "docs/errors.md is not current: run scripts/errors_doc.py")
        return 0 if current else 1
    PAGE.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

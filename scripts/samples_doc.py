"""Writes the section "Sample files" of docs/formats.md: what becomes of every file under HUIKUAN_SAMPLES.

python scripts/samples_doc.py           writes the section (the rest of the page is kept)
python scripts/samples_doc.py --check   exits with 1 if the section is not current

Nothing of a sample's text gets in: paths, counts, totals, codes.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from huikuan.formats.read_file import read_file
from huikuan.formats.reading import ReadContext, Reading

if TYPE_CHECKING:
    from tests.formats.sample_verdicts import Golden

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "formats.md"
TITLE = "\n# Sample files\n"  # as in formats_doc.py, which keeps the section
SAMPLES = Path(os.environ.get("HUIKUAN_SAMPLES") or ROOT.parent / "shared" / "samples")
INTRODUCTION = """
Written by `python scripts/samples_doc.py`: every file of the collection of samples (not part of the product) as an
import reads it. *Given*: what a person must say because the file does not. Rows: all = accepted + rejected + ignored.
Totals: positive and negative amounts of the records, in the document's currency. A *refused* file leaves nothing
behind; its rows are told where it was read. *Golden*: whether the independently counted totals of the file are met.
What each verdict must be stands, by hand, in `tests/formats/sample_verdicts.py`; codes: [errors.md](errors.md).
"""
HEAD = "\n| File | Format | Given | Documents | Rows | Totals | Verdict | Golden |\n|---|---|---|---|---|---|---|---|\n"
GIVEN = (("shop.unknown", "shop", "Shop"), ("account.unknown", "account", "Account"))
WORST = ("refused", "flagged", "imported")


@dataclass(frozen=True)
class Verdict:
    """One file as it was read. `given`: the words a person had to add. `met`: golden totals, None if there are none."""

    path: str
    readings: tuple[Reading, ...]
    given: tuple[str, ...]
    met: bool | None = None

    @property
    def status(self) -> str:
        """What became of the worst of its documents."""
        return next(each for each in WORST if each in {reading.status for reading in self.readings})

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all problems, sorted."""
        return tuple(sorted({problem.code for reading in self.readings for problem in reading.problems}))

    @property
    def text(self) -> str:
        """Status and codes, as the hand-written table has them."""
        return " ".join((self.status, *self.codes))


def files_of(folder: Path) -> list[Path]:
    """All samples; the collection's own index is none."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / "INDEX.md")


def read_samples(folder: Path) -> dict[str, Verdict]:
    """Read every file, as a person does who adds the shop or the account when asked for it."""
    from tests.formats.sample_verdicts import COMPUTED, GOLDEN

    con = duckdb.connect()
    found = {}
    for path in files_of(folder):
        verdict = read_one(path, path.relative_to(folder).as_posix(), con)
        if verdict.path in COMPUTED:
            controls = {each.name: each.computed for reading in verdict.readings for each in reading.controls}
            wanted = COMPUTED[verdict.path]
            verdict = replace(verdict, met={name: controls.get(name) for name in wanted} == wanted)
        found[verdict.path] = verdict
    for golden in GOLDEN:
        under = [each for path, each in found.items() if f"{path}/".startswith(f"{golden.path}/")]
        met = bool(under) and measured(con, golden, under) == golden.expected
        found |= {each.path: replace(each, met=met) for each in under}
    return found


def read_one(path: Path, name: str, con: duckdb.DuckDBPyConnection) -> Verdict:
    """Read one file; what it does not name is given one by one, until nothing is asked for any more."""
    context = ReadContext(hash_key=b"samples")
    given: tuple[str, ...] = ()
    readings = read_file(path, path.name, context, con)
    for code, field, value in GIVEN:
        if code in {problem.code for reading in readings for problem in reading.problems}:
            told = replace(context, **{field: value})
            again = read_file(path, path.name, told, con)
            if all(problem.code != "bank.several_accounts" for reading in again for problem in reading.problems):
                context, readings, given = told, again, (*given, field)
    return Verdict(name, tuple(readings), given)


def measured(con: duckdb.DuckDBPyConnection, golden: Golden, verdicts: list[Verdict]) -> tuple[int | Decimal, ...]:
    """What a golden query gives over the records of some files."""
    tables: dict[str, list[str]] = defaultdict(list)
    for verdict in verdicts:
        for reading in verdict.readings:
            for kind, table in reading.tables.items():
                tables[kind].append(f"FROM {table}")
    query = golden.query
    for kind, parts in tables.items():
        query = query.replace(f"{{{kind}}}", f"({' UNION ALL BY NAME '.join(parts)})")
    if "{" in query:  # a kind of which there is no record
        return ()
    return tuple(con.execute(query).fetchone() or ())


def section(found: dict[str, Verdict]) -> str:
    """The section as Markdown."""
    return TITLE + INTRODUCTION + HEAD + "".join(f"| {' | '.join(_cells(each))} |\n" for each in found.values())


def _cells(verdict: Verdict) -> Iterator[str]:
    readings = verdict.readings
    rows, accepted, rejected, ignored = (
        sum(getattr(reading, name) for reading in readings) for name in ("rows", "accepted", "rejected", "ignored")
    )
    yield f"`{verdict.path}`"
    yield ", ".join(f"`{each}`" for each in sorted({reading.format for reading in readings if reading.format})) or "–"
    yield ", ".join(verdict.given) or "–"
    yield str(sum(bool(reading.format) for reading in readings))
    yield f"{rows:,} = {accepted:,} + {rejected:,} + {ignored:,}"
    yield "; ".join(_totals(readings)) or "–"
    yield verdict.status + (f": {', '.join(f'`{code}`' for code in verdict.codes)}" if verdict.codes else "")
    yield {None: "–", True: "met", False: "**not met**"}[verdict.met]


def _totals(readings: tuple[Reading, ...]) -> Iterator[str]:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for reading in readings:
        if reading.status != "refused":
            for name, total in reading.totals.items():
                sums[name, reading.currency] += total
    for (name, currency), total in sorted(sums.items()):
        if total:
            yield f"{name} {total:,.2f} {currency}".rstrip()


def with_section(page: str, text: str) -> str:
    """The page with its section replaced, or added at the end."""
    return page.partition(TITLE)[0] + text


def main(arguments: list[str]) -> int:
    """Write the section, or compare it; 1 if it is not current."""
    sys.path.insert(0, str(ROOT))
    page = PAGE.read_text(encoding="utf-8")
    wanted = with_section(page, section(read_samples(SAMPLES)))
    if "--check" in arguments:
        print("the samples' section is current" if page == wanted else "run scripts/samples_doc.py")
        return 0 if page == wanted else 1
    PAGE.write_text(wanted, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

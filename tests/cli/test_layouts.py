"""The folder `layouts` of a demo: every file of it goes into one fresh book and gives what `layouts.json` says."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from huikuan.demo.guide import IMPORT_ONE
from huikuan.demo.specimens import SPECIMENS
from tests.cli.conftest import Cli, begin


@pytest.fixture(scope="module")
def folder(new_home: Callable[[str], Cli], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo's folder `layouts`."""
    out = tmp_path_factory.mktemp("demo")
    new_home("writing")("demo", "--orders", "20", "--out", out)
    return out / "layouts"


def listed(folder: Path) -> list[dict[str, Any]]:
    """The entries of layouts.json."""
    return list(json.loads((folder / "layouts.json").read_text(encoding="utf-8"))["files"])


def test_the_list_names_every_file_once(folder: Path) -> None:
    files = [entry["file"] for entry in listed(folder)]
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert len(files) == len(set(files)) == len(SPECIMENS)
    assert there == {*files, "layouts.json"}
    assert [(folder / file).read_bytes() for file in files] == [each.content for each in SPECIMENS]


def test_the_guide_imports_one_of_them(folder: Path) -> None:
    command, path, *rest = IMPORT_ONE.removeprefix("huikuan ").replace('"', "").split(" ", 2)
    assert command == "import" and (folder.parent / path).is_file()
    option, _, value = rest[0].partition(" ")
    entry = next(each for each in listed(folder) if f"layouts/{each['file']}" == path)
    assert option == "--account" and value == entry["account"]
    assert IMPORT_ONE in (folder.parent / "README.txt").read_text(encoding="utf-8-sig")


@pytest.mark.slow
def test_all_of_them_go_into_one_fresh_book(folder: Path, new_home: Callable[[str], Cli]) -> None:
    cli = new_home("layouts")
    begin(cli, "--currency", "CNY", "--start", "2010-01-01")
    # One shop and one account for all that need to be told theirs: a command for each would take minutes.
    together: dict[tuple[bool, bool], list[dict[str, Any]]] = defaultdict(list)
    for entry in listed(folder):
        together[bool(entry["shop"]), bool(entry["account"])].append(entry)
    known: set[tuple[str, str]] = set()
    for (needs_shop, needs_account), entries in together.items():
        options = [*(("--shop", "S") if needs_shop else ()), *(("--account", "A") if needs_account else ())]
        rows = cli.rows("import", *[folder / entry["file"] for entry in entries], *options)
        for entry in entries:
            name = Path(entry["file"]).name
            found = [row for row in rows if row["file"].partition("!")[0] == name and row["format"]]
            compare(entry, found, known)
            known |= {(row["shop"], row["account"]) for row in found}


def compare(entry: dict[str, Any], found: list[dict[str, Any]], known: set[tuple[str, str]]) -> None:
    """What became of a file, against its entry. A layout that tells the lines of another once more (the banks' ones
    show the same five of one account) gives nothing new, and only of a shop and account `known` before."""
    file = entry["file"]
    assert {row["format"] for row in found} == {entry["format"]}, file
    counts = [(row["status"], row["new"], row["updated"], row["duplicate"], row["problems"]) for row in found]
    for row in found:
        if row["status"] == "unchanged":
            assert (row["new"], row["updated"]) == (0, 0) and row["duplicate"] > 0, (file, counts)
            assert (row["shop"], row["account"]) in known, (file, counts)
        else:
            assert row["status"] == entry["status"], (file, counts)
    assert sum(row["rows"] for row in found) == entry["rows"], file
    assert sum(row["ignored"] for row in found) == entry["ignored"], file
    assert sum(row["rejected"] for row in found) == 0, file
    for name, total in entry["totals"].items():
        assert sum(Decimal(row["totals"].get(name, "0")) for row in found) == Decimal(total), (file, name)

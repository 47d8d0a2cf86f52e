"""The folder `layouts` beside the demo: one small file of every layout of `demo.specimens`, and what each must give.

They are another seller's, in no relation to the demo's month: nothing of `truth.json` speaks of them and a loaded demo
does not hold them. `layouts.json` lists them with what a person must say to import one, and with its rows and totals.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from huikuan.demo.specimens import SPECIMENS, Specimen

FOLDER = "layouts"
LIST = "layouts.json"


def write_layouts(out: Path) -> int:
    """Write all specimens into `out`/layouts, one folder for each source, and their list; returns how many they are."""
    folder = out / FOLDER
    for specimen in SPECIMENS:
        path = folder / place_of(specimen)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(specimen.content)
    listed = [entry_of(specimen) for specimen in SPECIMENS]
    text = json.dumps({"files": listed, "version": 1}, ensure_ascii=False, indent=1)
    (folder / LIST).write_text(text + "\n", encoding="utf-8", newline="\n")
    return len(listed)


def place_of(specimen: Specimen) -> str:
    """Where a specimen lies under the folder: source and file name, as no two of a source have the same name."""
    return f"{specimen.format.partition('.')[0]}/{specimen.file}"


def entry_of(specimen: Specimen) -> dict[str, Any]:
    """One entry of the list. `shop` and `account` are to be given with the import where they are not blank."""
    return {
        "file": place_of(specimen),
        "format": specimen.format,
        "layout": specimen.layout,
        "shop": specimen.shop,
        "account": specimen.account,
        "rows": specimen.rows,
        "ignored": specimen.ignored,
        "totals": {name: f"{total:f}" for name, total in specimen.totals.items()},
        "status": specimen.status,
    }

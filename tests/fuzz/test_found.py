"""Files that fuzzing found to break a reader, and what they must give now."""

from __future__ import annotations

from pathlib import Path

from huikuan.demo.specimens import SPECIMENS
from tests.formats.support import read


def test_value_called_number_does_not_stand_in_for_the_running_number(tmp_path: Path) -> None:
    wallet = next(each for each in SPECIMENS if each.format == "jd.wallet")
    lines = wallet.content.splitlines(keepends=True)
    path = tmp_path / wallet.file
    path.write_bytes(b"".join([*lines, lines[-1]]))
    found = read(path, shop=wallet.shop, account=wallet.account)
    assert (found.reading.status, found.codes) == ("flagged", ["balance_break"])
    keys = [key for (key,) in found.rows("wallet_line", "record_key")]
    assert len(set(keys)) == len(keys) == wallet.rows + 1

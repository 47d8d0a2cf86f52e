"""Every sample file has the verdict and the totals written by hand, and docs/formats.md tells what was read."""

from __future__ import annotations

import pytest

from scripts.samples_doc import PAGE, TITLE, Verdict, read_samples, section
from tests.formats.sample_verdicts import COMPUTED, GOLDEN, VERDICTS
from tests.formats.support import SAMPLES

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def samples() -> dict[str, Verdict]:
    """Every file, read once."""
    if not SAMPLES.is_dir():
        pytest.skip("no sample files (HUIKUAN_SAMPLES)")
    return read_samples(SAMPLES)


def test_every_file_has_its_verdict(samples: dict[str, Verdict]) -> None:
    wrong = {
        path: (each.text, VERDICTS.get(path, "imported"))
        for path, each in samples.items()
        if each.text != VERDICTS.get(path, "imported")
    }
    assert wrong == {}


def test_all_rows_are_accounted_for_and_only_refused_files_reject_any(samples: dict[str, Verdict]) -> None:
    for path, each in samples.items():
        for reading in each.readings:
            assert reading.rows == reading.accepted + reading.rejected + reading.ignored, path
            assert reading.rejected == 0 or reading.status == "refused", path
            assert reading.tables == {} or reading.status != "refused", path


def test_golden_totals_are_met(samples: dict[str, Verdict]) -> None:
    told = {path for path, each in samples.items() if each.met is not None}
    assert {path for path in told if not samples[path].met} == set()
    for golden in GOLDEN:
        assert any(f"{path}/".startswith(f"{golden.path}/") for path in told), golden.path
    assert set(COMPUTED) <= told


def test_every_verdict_by_hand_is_of_a_file(samples: dict[str, Verdict]) -> None:
    assert set(VERDICTS) <= set(samples)


def test_the_page_is_current(samples: dict[str, Verdict]) -> None:
    before, title, _ = PAGE.read_text(encoding="utf-8").partition(TITLE)
    assert before + section(samples) == PAGE.read_text(encoding="utf-8"), "run scripts/samples_doc.py"
    assert title


def test_the_page_holds_nothing_but_paths_counts_totals_and_codes(samples: dict[str, Verdict]) -> None:
    accounts = {reading.account for each in samples.values() for reading in each.readings if len(reading.account) > 7}
    told = section(samples)
    assert accounts and not {account for account in accounts if account in told}

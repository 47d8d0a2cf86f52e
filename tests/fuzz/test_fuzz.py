"""A short run in every check; `make fuzz` is the long one."""

from __future__ import annotations

import pytest

from tests.fuzz.running import fuzz
from tests.fuzz.targets import TARGETS, Target

FILES = 120
WHOLE_EVERY = {"workbooks": 100}  # each starts a process
SLOW = {"text tables": 60}  # each goes the whole way


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name.replace(" ", "-"))
def test_mutated_files_are_read_or_refused(target: Target) -> None:
    run = fuzz(target, SLOW.get(target.name, FILES), WHOLE_EVERY.get(target.name, 20))
    assert not run.faults, [f"{type(error).__name__}: {error} ({content[:80]!r})" for content, error in run.faults]
    assert run.whole >= 2 and sum(run.verdicts.values()) >= run.whole

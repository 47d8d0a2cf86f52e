"""A master that is none, or does not answer, is said in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from huikuan.pipeline.runs.spark import spark_backend
from huikuan.records.errors import OperatorError

pytestmark = pytest.mark.spark


@pytest.mark.parametrize(
    ("master", "code"),
    [
        ("spark://127.0.0.1:1", "spark.no_answer"),
        ("spark://nowhere.invalid:7077", "spark.no_answer"),
        ("spark://127.0.0.1", "spark.no_answer"),
        ("sparky", "spark.bad_master"),
        ("127.0.0.1:7077", "spark.bad_master"),
    ],
)
def test_a_wrong_master_is_said(master: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(OperatorError) as told, spark_backend(master, tmp_path):
        pass
    assert told.value.code == code

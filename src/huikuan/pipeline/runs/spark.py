"""Reconciling on Spark: the session, and the facts as Spark reads them.

The same definitions and passes run as on DuckDB (`engine.reconcile`). DuckDB lays decisions over the current records,
as ever, and writes each kind that is asked for as Parquet once; from there on Spark works alone. What a run writes and
reads on the way lies in the run's folder, which the workers of a cluster must see under the same path.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from huikuan.engine.model import Facts
from huikuan.pipeline.compute import literal, quoted
from huikuan.records.errors import OperatorError
from huikuan.records.messages import gettext_noop, register

DEFAULT_MASTER = "local[*]"
JAVA_AT_LEAST = 17
FILE_SIZE = "128MB"  # what one task of Spark reads at a time
MASTERS = r"local(\[.+\])?|spark://.+|k8s://.+|yarn"  # as Spark names them
MASTER_WAIT_S = 10  # how long a cluster's master may take to answer; Spark itself would ask for minutes

register(
    {
        "spark.no_java": gettext_noop(
            "Spark needs Java %(version)s or newer: install a Java runtime (such as openjdk-17-jre-headless) and put "
            "it on the PATH or name its folder in JAVA_HOME."
        ),
        "spark.no_answer": gettext_noop(
            "The Spark master %(master)s does not answer: check that the cluster runs and that its address and port "
            "are right (spark://HOST:PORT; local[*] is this machine)."
        ),
        "spark.bad_master": gettext_noop(
            "“%(master)s” is not the address of a Spark master: give spark://HOST:PORT, or local[*] for this machine."
        ),
        "spark.not_installed": gettext_noop(
            "Spark is not installed: install huikuan[spark] into a Python environment of its own, and run this command "
            "there."
        ),
    }
)

# What the results depend on; everything else is the operator's (spark-defaults.conf in SPARK_CONF_DIR).
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "true",
}


def require_spark() -> None:
    """OperatorError, saying what to install, where PySpark or Java is missing."""
    if any(importlib.util.find_spec(name) is None for name in ("pyspark", "pandas")):
        raise OperatorError("spark.not_installed")
    if java_version() < JAVA_AT_LEAST:
        raise OperatorError("spark.no_java", version=JAVA_AT_LEAST)


def java_version() -> int:
    """The major version of the Java that Spark would start; 0 where there is none."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin") if home else None)
    if java is None:
        return 0
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603
    found = re.search(r'version "(\d+)', told)
    return int(found[1]) if found else 0


@contextmanager
def spark_backend(master: str, scratch: Path) -> Iterator[Any]:
    """An Ibis backend over Spark: the session of this process where there is one, else a new one, stopped at the end.

    Errors: OperatorError where PySpark or Java is missing, or the master is none or does not answer.
    """
    require_spark()
    from pyspark.sql import SparkSession

    from huikuan.pipeline.runs.spark_backend import SparkBackend

    given = SparkSession.getActiveSession()
    if given is None:
        _require_master(master)
    session = given or new_session(master)
    try:
        backend = SparkBackend().connect(session, **SETTINGS)
        backend.scratch = scratch
        yield backend
    finally:
        if given is None:
            session.stop()


def _require_master(master: str) -> None:
    """OperatorError where the master is none that Spark knows, or is a cluster's that does not answer."""
    if not re.fullmatch(MASTERS, master):
        raise OperatorError("spark.bad_master", master=master)
    if master.startswith("spark://") and not any(_answers(address) for address in master[8:].split(",")):
        raise OperatorError("spark.no_answer", master=master)


def _answers(address: str) -> bool:
    """Whether something listens at HOST:PORT."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=MASTER_WAIT_S).close()
    except (OSError, ValueError, OverflowError):
        return False
    return True


def new_session(master: str) -> Any:
    """A Spark session; for `local[...]` nothing of it can be reached from outside."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master).appName("huikuan")
    builder = builder.config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false")
    builder = builder.config("spark.log.level", "ERROR")
    if master.startswith("local"):
        builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
    return builder.getOrCreate()


def spark_facts(con: duckdb.DuckDBPyConnection, facts: Facts, backend: Any) -> Facts:
    """The facts registered in `con`, for Spark."""
    return Facts(backend, _Tables(con, facts, backend), facts.timezone)


class _Tables(Mapping[str, Any]):
    """The tables of facts by kind, each written as Parquet when it is first asked for."""

    def __init__(self, con: duckdb.DuckDBPyConnection, facts: Facts, backend: Any) -> None:
        self._con, self._facts, self._backend = con, facts, backend
        self._read: dict[str, Any] = {}

    def __getitem__(self, kind: str) -> Any:
        self._facts.tables[kind]  # a KeyError where there is none
        if kind not in self._read:
            self._read[kind] = self._backend.read_parquet(self._written(kind), table_name=f"facts_{kind}")
        return self._read[kind]

    def __contains__(self, kind: object) -> bool:
        return kind in self._facts.tables

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts.tables)

    def __len__(self) -> int:
        return len(self._facts.tables)

    def _written(self, kind: str) -> Path:
        folder: Path = self._backend.scratch / f"facts_{kind}"
        self._con.execute(
            f"COPY (SELECT * FROM {quoted(kind)}) TO {literal(folder)} "
            f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, FILE_SIZE_BYTES '{FILE_SIZE}')"
        )
        return folder

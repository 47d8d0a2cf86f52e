"""A standalone Spark cluster on this machine, for tests and benchmarks: its workers are processes of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

QUICK_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
Worker = subprocess.Popen[bytes]


@contextmanager
def cluster(workers: int, folder: Path, memory: str = "600m") -> Iterator[tuple[str, list[Worker]]]:
    """The cluster's URL and its workers of one core each, which log into a folder."""
    port = free_port()
    master = f"spark://127.0.0.1:{port}"
    common = ["--host", "127.0.0.1", "--webui-port", "0"]
    started = [_daemon(folder, "master.Master", *common, "--port", str(port))]
    try:
        for number in range(workers):
            place = ["--work-dir", str(folder / f"worker{number}"), "--cores", "1", "--memory", memory]
            started.append(_daemon(folder, "worker.Worker", *common, *place, master))
        yield master, started[1:]
    finally:
        for process in started:
            kill(process)


def kill(process: Worker) -> None:
    """End a process of the cluster at once, with what it started (a worker's executors)."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _daemon(folder: Path, name: str, *arguments: str) -> Worker:
    import pyspark

    command = [str(Path(pyspark.__file__).parent / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}"]
    environment = os.environ | {"SPARK_DAEMON_MEMORY": "256m", "SPARK_DAEMON_JAVA_OPTS": QUICK_START}
    with (folder / f"{name}.log").open("ab") as log:
        return subprocess.Popen([*command, *arguments], env=environment, stdout=log, stderr=log, start_new_session=True)


def wait_for_executors(session: Any, count: int) -> None:
    """Wait until as many executors are alive; the driver is listed beside them."""
    until = time.monotonic() + 60
    tracker = session.sparkContext._jsc.sc().statusTracker()
    while len(tracker.getExecutorInfos()) - 1 != count:
        assert time.monotonic() < until, f"not {count} executors"
        time.sleep(0.2)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

"""`huikuan serve`: the web server (granian) and one background worker, as child processes, without fork."""

from __future__ import annotations

import os
import subprocess
import sys

from huikuan.server.setup import setup


def serve(host: str = "127.0.0.1", port: int = 8000, home: str | None = None) -> None:
    """Serve until interrupted. With SQLite one web process with threads, with PostgreSQL two."""
    setup(home)
    if host not in ("127.0.0.1", "localhost", "::1"):
        os.environ.setdefault("HUIKUAN_HOSTS", "*" if host in ("0.0.0.0", "::") else host)  # noqa: S104
    worker = subprocess.Popen([sys.executable, "-m", "huikuan.server.worker", "--with-parent"], stdin=subprocess.PIPE)
    try:
        _web(host, port)
    finally:
        worker.terminate()
        try:
            worker.wait(timeout=20)
        except subprocess.TimeoutExpired:
            worker.kill()


def _web(host: str, port: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    on_postgres = bool(os.environ.get("DATABASE_URL"))
    Granian(
        "huikuan.server.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=2 if on_postgres else 1,
        blocking_threads=min(8, 2 * (os.cpu_count() or 2)),
        backlog=256,
        respawn_failed_workers=True,
        log_access=False,
        log_level="warning",
    ).serve()

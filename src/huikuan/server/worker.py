"""The background worker: a process of its own, started by `serve` or by hand as `python -m huikuan.server.worker`."""

from __future__ import annotations

import os
import signal
import sys
import threading


def end_with_parent() -> None:
    """End when the process that started this one is gone, however it went: the pipe on standard input closes then."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 1024):  # not through a buffer: its lock is a fatal error when Python ends
            pass
        signal.raise_signal(signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def main() -> None:
    """Run jobs until told to stop. Jobs that a killed worker left behind are marked as interrupted first."""
    from huikuan.server.setup import configure

    configure()
    from django.core.management import call_command
    from django.db import connection

    from huikuan.server.delivery.clock import start_clock
    from huikuan.server.jobs import services

    # With SQLite there is one worker, so whatever still "runs" at its start has lost its worker.
    services.fail_interrupted(every=connection.vendor == "sqlite")
    services.enqueue_waiting()
    if "--with-parent" in sys.argv:
        end_with_parent()
    start_clock()
    call_command("db_worker", interval=0.5, reload=False, startup_delay=False, verbosity=1)


if __name__ == "__main__":
    sys.exit(main())

"""The clock of the worker: every 20 seconds it looks which automatic reports and errands are due, and starts jobs.

A thread of the worker process beside its jobs, so a long job delays no planning. A fault is logged and the clock goes
on; where several workers run, each has its own.
"""

from __future__ import annotations

import logging
import threading

from django.db import close_old_connections
from django.utils import timezone

EVERY_S = 20.0
log = logging.getLogger("huikuan.delivery")


def start_clock(stop: threading.Event | None = None, every_s: float = EVERY_S) -> threading.Thread:
    """Start the clock; it runs until `stop` is set, or the process ends."""
    thread = threading.Thread(target=_run, args=(stop or threading.Event(), every_s), name="clock", daemon=True)
    thread.start()
    return thread


def _run(stop: threading.Event, every_s: float) -> None:
    while True:
        tick()
        close_old_connections()
        if stop.wait(every_s):
            return


def tick() -> None:
    """One look; what goes wrong is logged and hinders nothing else."""
    from huikuan.server.delivery import services
    from huikuan.server.delivery.errands import ERRANDS

    for look in (services.tick, *(each.tick for each in ERRANDS)):
        try:
            look(timezone.now())
        except Exception:
            log.exception("the clock of automatic reports failed; it goes on")

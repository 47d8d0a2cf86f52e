"""Background work of books: loading the demo."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.urls import reverse

from huikuan.demo import generate
from huikuan.demo.seller import COMPANY
from huikuan.records.messages import gettext_noop
from huikuan.server.books import demo
from huikuan.server.jobs.services import JobContext, handler

ORDERS, SEED, MONTHS = 2000, 1, 6


@handler("demo")
def load_demo(context: JobContext, by: str) -> dict[str, Any]:
    """Make a seller up and load the files into a book of its own; the job's result leads there."""

    def told(stage: str, done: float, total: float) -> None:
        context.progress(int(done), int(total), gettext_noop("Reading %(file)s"), file=stage)

    with tempfile.TemporaryDirectory(prefix="huikuan-demo-") as scratch:
        context.progress(0, 1, gettext_noop("Writing the demo files"))
        truth = generate(Path(scratch), ORDERS, SEED, months=MONTHS)
        book, _manifest = demo.load(truth, COMPANY, by=context.job.created_by or by, told=told)
    context.show_result_at(reverse("core:home", args=[book.slug]))
    return {"book": book.slug}

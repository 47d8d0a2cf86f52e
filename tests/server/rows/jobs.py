"""Rows of background jobs."""

from tests.server.rows import MATCH, MONEY, Row

ROWS = [
    Row("jobs:list", MONEY),
    Row("jobs:top", MONEY),
    Row("jobs:detail", MONEY, args=lambda company: (company.job.pk,)),
    Row("jobs:cancel", MATCH, "post", lambda company: (company.job.pk,)),
    Row("jobs:read", MONEY, "post", lambda company: (company.job.pk,)),
]

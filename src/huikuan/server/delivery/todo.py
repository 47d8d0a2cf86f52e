"""The home page's line about automatic reports that were not made or did not reach everybody."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import ngettext

from huikuan.server.core.shortcuts import book_url
from huikuan.server.core.todo import Todo
from huikuan.server.delivery.queries import failures


def todos(request: HttpRequest) -> list[Todo]:
    """One line for all failures that nobody has noted; none where there is none."""
    failed = failures(request)
    if not failed:
        return []
    title = ngettext(
        "%(count)s automatic report did not arrive", "%(count)s automatic reports did not arrive", len(failed)
    )
    names = ", ".join(dict.fromkeys(issue.name for issue in failed[:3]))
    address = book_url(request, "delivery:archive", query={"state": "failed"})
    return [Todo("send", "overdue", title % {"count": len(failed)}, address, names)]

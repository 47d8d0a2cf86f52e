"""What a report's figures open: the address of the rows that add up to a figure."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest

from huikuan.insight.reports.registry import REPORTS
from huikuan.insight.semantic.records import BLANK
from huikuan.insight.semantic.subjects import SUBJECTS
from huikuan.server.core.scope import parse_period
from huikuan.server.core.shortcuts import book_url

PERIODS = ("day", "week", "month")
SUBJECT_RECORDS = "records/"
# Targets that are one record: the page, and what of the drill names it.
RECORDS = {
    "order": ("workbench:order", "order_no"),
    "source": ("documents:source", "record_key"),
    "document": ("documents:document", "document_id"),
}


def address_of(request: HttpRequest, target: str, drill: Mapping[str, str], params: Mapping[str, str]) -> str:
    """The address of what a figure opens; blank where it opens nothing. `params`: those of the report it stands in."""
    if target == "collection":
        return collection_url(request, drill, params)
    if target == "records":
        return book_url(request, "reports:records", query=dict(drill))
    if target.startswith(SUBJECT_RECORDS):
        return _records_url(request, target.removeprefix(SUBJECT_RECORDS), drill, params)
    if target in RECORDS:
        page, key = RECORDS[target]
        return book_url(request, page, drill[key]) if drill.get(key) else ""
    if target.startswith("open/"):
        return _bench_url(request, target.removeprefix("open/"), drill)
    return report_url(request, target, drill, params) if target in REPORTS else ""


def _records_url(request: HttpRequest, subject: str, drill: Mapping[str, str], params: Mapping[str, str]) -> str:
    """The records of a subject behind a report's figure: its measure `m` (none: the first), its dimensions (blank:
    without a value), the days of its row inside the report's."""
    told = ({"shop": params["shop"]} if params.get("shop") else {}) | dict(drill)
    days = {name: told.get(name, params.get(name, "")) for name in ("from", "to")} | _days(drill, params)
    known = {each.name for each in SUBJECTS[subject].dimensions} - set(PERIODS)
    query = {f"d.{name}": value or BLANK for name, value in told.items() if name in known}
    query |= {"subject": subject, "currency": told["currency"], "m": told.get("m", ""), **days}
    return book_url(request, "reports:records", query=query)


def report_url(request: HttpRequest, name: str, drill: Mapping[str, str], params: Mapping[str, str]) -> str:
    """Another report with what both know of this one's parameters, and what the figure asks for on top."""
    known = {parameter.name for parameter in REPORTS[name].parameters}
    told = {key: value for key, value in params.items() if key not in ("by", "compare")} | dict(drill)
    told |= _days(drill, params)
    query = {key: value for key, value in told.items() if key in known and value}
    # A day that is left open must be said to be so: the page fills in the period else.
    query |= {key: "-" for key in ("from", "to") if key in known and key in told and not told[key]}
    return book_url(request, "reports:report", name, query=query)


def _days(drill: Mapping[str, str], params: Mapping[str, str]) -> dict[str, str]:
    """The span of a row's day, week or month, inside the report's period."""
    span = next((parse_period(drill[step]) for step in PERIODS if drill.get(step)), None)
    if span is None:
        return {}
    first, last = (day.isoformat() for day in span)
    return {"from": max(first, params.get("from", "")), "to": min(last, params.get("to") or last)}


def _bench_url(request: HttpRequest, name: str, drill: Mapping[str, str]) -> str:
    """Open items at the workbench: of a class, a cause, a side."""
    query = {"show": drill.get("show", "all"), "cause": drill.get("cause", "")}
    if drill.get("class"):
        query[f"{drill.get('side', 'left')[:1]}class"] = drill["class"]
    return book_url(request, "workbench:bench", name, query=query)


def collection_url(request: HttpRequest, drill: Mapping[str, str], params: Mapping[str, str]) -> str:
    """The orders behind a row of the collection summary: the same totals on the list."""
    query = {"currency": drill.get("currency", ""), "shop": drill.get("shop") or params.get("shop", "")}
    query |= {"status": drill.get("status", ""), "figure": drill.get("figure", "")}
    if "from" not in drill:  # a state, of orders of any day
        query |= {"first": params.get("from", ""), "last": params.get("to", "")}
    days = _days(drill, params)
    if days and "from" not in drill:
        query |= {"first": days["from"], "last": days["to"]}
    if "shop" in drill and not drill["shop"]:
        return ""
    return book_url(request, "collection:list", query=query)

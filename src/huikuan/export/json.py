"""A report as one JSON document: an object whose list is `rows`."""

from __future__ import annotations

import json
from typing import IO, Any

from huikuan.export.printed import plain
from huikuan.insight.reports.tables import ReportTable, Section


def document(report: ReportTable) -> dict[str, Any]:
    """`rows`: the rows of all sections, each with its section and currency; totals have style `total`."""
    return {
        "report": report.name,
        "title": report.title,
        "company": report.company,
        "as_of": report.as_of.isoformat() if report.as_of else None,
        "facts": dict(report.facts),
        "rows": [row for section in report.sections for row in _rows(section)],
        "notes": list(report.printed_notes),
    }


def _rows(section: Section) -> list[dict[str, Any]]:
    lines = [(row.values, row.style) for row in section.rows]
    totals = section.totals()
    if totals:
        lines.append((totals, "total"))
    head = {"section": section.title, "currency": section.currency}
    keys = [(column.key, column.type) for column in section.columns]
    return [
        {**head, "style": style, **{key: plain(value, kind) for (key, kind), value in zip(keys, values, strict=True)}}
        for values, style in lines
    ]


def write(report: ReportTable, target: IO[str]) -> None:
    """Write the document as UTF-8 text."""
    json.dump(document(report), target, ensure_ascii=False, indent=2)
    target.write("\n")

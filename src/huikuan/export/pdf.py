"""PDF by Typst: A4, black on white, Chinese fonts embedded, head and foot on every page, headers repeated.

Data goes to the template as JSON, never as markup, so nothing that a user wrote can change the document.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from huikuan.export.excel_style import LANDSCAPE_ABOVE, text_width
from huikuan.export.pdf_chart import chart_data
from huikuan.export.printed import Printed, shown_money, shown_rate
from huikuan.insight import messages  # noqa: F401
from huikuan.insight.reports.tables import Column, ReportTable, Row, Section
from huikuan.records.errors import OperatorError, UserError
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

TEMPLATE = Path(__file__).with_name("report.typ")
FONT_FOLDER = Path(__file__).with_name("fonts")
ROWS_MAX = 20_000
SIMPLIFIED = ("Noto Sans SC", "Noto Sans CJK SC", "Noto Sans TC", "Noto Sans CJK TC")
TRADITIONAL = ("Noto Sans TC", "Noto Sans CJK TC", "Noto Sans SC", "Noto Sans CJK SC")
DASH = "–"
HASH_DIGITS = 12
WIDTH_MAX = 40  # characters: a longer text is broken into lines
TWO_SIDES = ["text", "money", "text", "money"]  # a statement with two sides gets a line between them
NUMBERS = ("money", "count", "rate")


def write(report: ReportTable, path: Path, printed: Printed | None = None) -> None:
    """Write the report as a PDF. Raises OperatorError without a font, UserError for more than `ROWS_MAX` rows."""
    path.write_bytes(render(report, printed))


def render(report: ReportTable, printed: Printed | None = None) -> bytes:
    """The PDF's bytes."""
    printed = printed or Printed()
    rows = sum(len(section.rows) for section in report.sections)
    if rows > ROWS_MAX:
        raise UserError("pdf.rows", rows=rows, most=ROWS_MAX)
    return compiled(TEMPLATE, page_data(report, printed), printed)


def compiled(template: Path, data: Mapping[str, Any], printed: Printed, *, tagged: bool = True) -> bytes:
    """A template set with its data. `tagged`: with the structure that screen readers use."""
    try:
        made = typst.compile(
            template,
            root=template.parent,
            font_paths=_fonts(),
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            format="pdf",
            timestamp=_fixed(printed.at),
            pdf_tags=tagged,
        )
    except typst.TypstError as error:
        raise OperatorError("pdf.failed", detail=error.message) from error
    if not isinstance(made, bytes):
        raise OperatorError("pdf.failed", detail="")
    return made


def _fixed(moment: datetime | None) -> datetime | None:
    """The moment as Typst wants it: fixed offset, whole seconds. One without a zone is taken as it stands."""
    if moment is None:
        return None
    whole = moment.replace(microsecond=0)
    return whole.astimezone(UTC) if whole.tzinfo else whole.replace(tzinfo=UTC)


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """The fonts that came with the build, else those of HUIKUAN_FONTS, else the system's."""
    folders = [FONT_FOLDER, *([Path(os.environ["HUIKUAN_FONTS"])] if os.environ.get("HUIKUAN_FONTS") else [])]
    own = [folder for folder in folders if folder.is_dir()]
    for include_system in (False, True):
        fonts = typst.Fonts(include_system, False, [str(folder) for folder in own])
        if set(fonts.families()) & set(SIMPLIFIED):
            return fonts
    raise OperatorError("pdf.no_font")


def page_data(report: ReportTable, printed: Printed) -> dict[str, Any]:
    """What the report's template is given: text ready to print, column widths and alignments."""
    several = len({section.currency for section in report.sections}) > 1
    sections = _shared_widths([_section_data(section, several) for section in report.sections])
    wide = report.columns_max > LANDSCAPE_ABOVE
    frame = frame_data(report, printed, landscape=wide, content=sections)
    charts = [chart_data(chart) for chart in report.charts if chart.categories and chart.series]
    return {
        **frame, "size": 7.5 if wide else 8.5, "sections": sections, "charts": charts, "intro": list(report.intro),
    }  # fmt: skip


def frame_data(report: ReportTable, printed: Printed, *, landscape: bool, content: Any) -> dict[str, Any]:
    """What every page has (`page.typ`): head, foot with the hash of the `content`, notes and signatures, fonts."""
    whole = json.dumps([report.company, report.title, report.facts, content], ensure_ascii=False)
    traditional = report.language.lower() in ("zh-hant", "zh-tw", "zh-hk")
    families = set(_fonts().families())
    printed_by = f"{translated(_('Printed by'))} {printed.by}" if printed.by else ""
    return {
        "title": report.title,
        "company": report.company,
        "facts": [list(fact) for fact in report.facts],
        "lang": "zh" if report.language.startswith("zh") else "en",
        "region": ("tw" if traditional else "cn") if report.language.startswith("zh") else None,
        "fonts": [name for name in (TRADITIONAL if traditional else SIMPLIFIED) if name in families],
        "landscape": landscape,
        "notes": list(report.printed_notes),
        "signature": list(report.signature),
        "printed": f"{printed_by} {printed.time_text}".strip(),
        "hash": hashlib.sha256(whole.encode()).hexdigest()[:HASH_DIGITS],
    }


def _section_data(section: Section, several: bool) -> dict[str, Any]:
    lines = [_cells(section, row) for row in section.rows]
    totals = section.totals()
    if totals:
        lines.append(_cells(section, Row(totals, "total")))
    return {
        "title": section.title,
        "currency": section.currency if several else "",
        "columns": [column.title for column in section.columns],
        "aligns": ["right" if column.type in NUMBERS else "left" for column in section.columns],
        "widths": _widths(section, lines),
        "rows": lines,
        "divider": 2 if [column.type for column in section.columns] == TWO_SIDES else 0,
        "inset": 2.6 if section.detail else 4,
    }


def _cells(section: Section, row: Row) -> dict[str, Any]:
    zero = "0.00" if section.zero_shown or row.style == "total" else DASH
    cells = [shown(value, column, zero) for value, column in zip(row.values, section.columns, strict=True)]
    return {"style": row.style, "cells": cells}


def shown(value: Any, column: Column, zero: str) -> str:
    """A value as printed; `zero`: what an amount of nothing looks like."""
    if value is None:
        return ""
    if column.type == "money" and isinstance(value, Decimal):
        return shown_money(value, zero)
    if column.type == "rate" and isinstance(value, Decimal):
        return shown_rate(value)
    if column.type == "count" and isinstance(value, int):
        return f"{value:,}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _widths(section: Section, lines: list[dict[str, Any]]) -> list[int]:
    """Shares of the page's width: as many as the longest text of a column has characters, long texts cut short."""
    return [
        min(max([text_width(column.title), *(text_width(line["cells"][position]) for line in lines)]), WIDTH_MAX) + 2
        for position, column in enumerate(section.columns)
    ]


def _shared_widths(sections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tables with the same columns get the same widths, so that their figures stand in one line."""
    widest: dict[tuple[str, ...], list[int]] = {}
    for section in sections:
        shape = tuple(section["columns"])
        known = widest.get(shape, section["widths"])
        widest[shape] = [max(pair) for pair in zip(known, section["widths"], strict=True)]
    return [{**section, "widths": widest[tuple(section["columns"])]} for section in sections]

"""A report's charts as Excel's own: a sheet with the figures of each and the chart beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huikuan.export.colours import colour_of
from huikuan.export.excel_style import Styles, column_width, number_format, write_cell
from huikuan.insight.reports.tables import Chart, Column

# What the figures of a chart take at least, in rows, so that the next one stands below the picture.
ROWS = 24
SIZE = {"width": 760, "height": 420}
KINDS: dict[str, dict[str, str]] = {
    "stacked": {"type": "bar", "subtype": "stacked"},
    "bars": {"type": "column"},
    "lines": {"type": "line"},
}


def chart_sheet(book: Any, sheet: Any, styles: Styles, charts: Sequence[Chart]) -> None:
    """Write all charts of a report on one sheet, one below the other."""
    row = 0
    for chart in charts:
        row = _chart(book, sheet, styles, chart, row)


def _chart(book: Any, sheet: Any, styles: Styles, chart: Chart, top: int) -> int:
    """One chart and its figures from row `top` on; returns the next free row."""
    sheet.write_string(top, 0, f"{chart.title} {chart.unit}".strip(), styles.section)
    figures = Column("", "", chart.type)
    header, first = top + 1, top + 2
    last = first + len(chart.categories) - 1
    for row, category in enumerate(chart.categories, first):
        sheet.write_string(row, 0, category, styles.cell(Column("", "")))
    made = book.add_chart(KINDS[chart.kind])
    for place, series in enumerate(chart.series):
        at = place + 1
        sheet.write_string(header, at, series.name, styles.header(figures))
        for row, value in enumerate(series.values, first):
            write_cell(sheet, row, at, value, styles.cell(figures, zero_shown=True))
        colour = {"color": colour_of(series, place)}
        made.add_series(
            {
                "name": [sheet.name, header, at],
                "categories": [sheet.name, first, 0, last, 0],
                "values": [sheet.name, first, at, last, at],
                **({"line": colour} if chart.kind == "lines" else {"fill": colour}),
            }
        )
    _look(made, chart, figures)
    sheet.set_column(0, 0, column_width(Column("", ""), list(chart.categories)))
    sheet.set_column(1, len(chart.series), 15)
    sheet.insert_chart(top, len(chart.series) + 2, made)
    return top + max(len(chart.categories) + 4, ROWS)


def _look(made: Any, chart: Chart, figures: Column) -> None:
    """Title, axes with numbers as in the tables, legend on top; Excel's horizontal bars begin at the bottom."""
    numbers = {
        "num_format": number_format(figures, zero_shown=True),
        "major_gridlines": {"visible": True, "line": {"color": "#E1E5EA"}},
    }
    made.set_title({"name": chart.title, "name_font": {"size": 12}})
    made.set_size(SIZE)
    made.set_legend({"position": "top"} if len(chart.series) > 1 else {"none": True})
    if chart.kind == "stacked":
        # In Excel's horizontal bars the x axis is the one of the categories.
        made.set_x_axis({"reverse": True, "label_position": "low"})
    else:
        made.set_x_axis({"label_position": "low"})
    made.set_y_axis(numbers)

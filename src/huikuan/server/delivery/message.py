"""What a recipient reads: subject, period, the main figures, notes and a link. Never a record, so no buyer's name.

The figures are the totals of the report, as its files print them, in the language of the schedule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from huikuan.export.printed import shown_money, shown_rate
from huikuan.insight.reports.base import unit_text
from huikuan.insight.reports.tables import Column, ReportTable, Row, Section

FIGURES_MAX = 12
PER_SECTION = 6


@dataclass(frozen=True)
class Message:
    """A message, in the reader's language. `figures`: (label, figure) in groups of (title, unit, figures)."""

    subject: str
    company: str
    facts: tuple[tuple[str, str], ...]
    groups: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = ()
    notes: tuple[str, ...] = ()
    link: str = ""
    link_words: str = ""

    def plain(self) -> dict[str, Any]:
        """As JSON keeps it, and as a program gets it."""
        told = asdict(self)
        told["groups"] = [
            {"title": title, "unit": unit, "figures": [{"name": name, "value": value} for name, value in figures]}
            for title, unit, figures in self.groups
        ]
        told["facts"] = [{"name": name, "value": value} for name, value in self.facts]
        told["notes"] = list(self.notes)
        return told

    @classmethod
    def from_plain(cls, told: dict[str, Any]) -> Message:
        """The message that `plain` gave."""

        def pairs(rows: list[dict[str, str]]) -> tuple[tuple[str, str], ...]:
            return tuple((row["name"], row["value"]) for row in rows)

        groups = tuple((group["title"], group["unit"], pairs(group["figures"])) for group in told["groups"])
        return cls(**told | {"facts": pairs(told["facts"]), "groups": groups, "notes": tuple(told["notes"])})


def main_figures(table: ReportTable) -> tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]:
    """The totals of a report's first table of each currency, and the total rows of its statements."""
    groups, seen = [], set[str]()
    for section in table.sections:
        totals = section.totals()
        if totals and section.rows:
            if section.currency in seen:
                continue
            seen.add(section.currency)
            figures = [
                (column.title, _shown(column, value))
                for column, value in list(zip(section.columns, totals, strict=True))[1:]
                if column.type in ("money", "count", "rate") and value is not None
            ]
        else:
            figures = list(_total_rows(section))
        if figures:
            unit = unit_text(section.currency) if section.currency else ""
            groups.append((section.title, unit, tuple(figures[:PER_SECTION])))
    kept, count = [], 0
    for group in groups:
        count += len(group[2])
        if count <= FIGURES_MAX:
            kept.append(group)
    return tuple(kept)


def _total_rows(section: Section) -> Iterator[tuple[str, str]]:
    """Rows of a statement which are totals of it: its first words and its last money."""
    for row in section.rows:
        if row.style != "total":
            continue
        label = next((str(v) for c, v in _cells(section, row) if c.type == "text" and v), "")
        money = [
            _shown(column, value)
            for column, value in _cells(section, row)
            if column.type == "money" and value is not None
        ]
        if label and money:
            yield label, money[-1]


def _cells(section: Section, row: Row) -> list[tuple[Column, Any]]:
    return list(zip(section.columns, row.values, strict=True))


def _shown(column: Column, value: Any) -> str:
    if column.type == "money":
        return shown_money(value)
    return shown_rate(value) if column.type == "rate" else f"{value:,}"


def as_text(message: Message, link: bool = True) -> str:
    """The message as plain text."""
    lines = [message.company, *(f"{name}: {value}" for name, value in message.facts)]
    for title, unit, figures in message.groups:
        lines += ["", f"{title} ({unit})" if title and unit else title or unit]
        lines += [f"{name}: {value}" for name, value in figures]
    if message.notes:
        lines += ["", *message.notes]
    if link and message.link:
        lines += ["", f"{message.link_words}: {message.link}"]
    return "\n".join(lines)


def as_markdown(message: Message, line_break: str = "\n") -> str:
    """The message as the Markdown of chat robots. `line_break`: what keeps two lines apart there."""
    lines = [f"**{message.subject}**", f"{message.company}", *(f"{name}: {value}" for name, value in message.facts)]
    for title, unit, figures in message.groups:
        lines.append(f"**{title} ({unit})**" if title and unit else f"**{title or unit}**")
        lines += [f"> {name}: **{value}**" for name, value in figures]
    lines += message.notes
    if message.link:
        lines.append(f"[{message.link_words}]({message.link})")
    return line_break.join(lines)

"""All formats, in one literal list. `read_file` tries them in this order when scores are equal."""

from __future__ import annotations

from huikuan.formats.spec import Format

FORMATS: tuple[Format, ...] = ()


def get_format(format_id: str) -> Format | None:
    """The format of an id; None if there is none of that name."""
    return next((each for each in FORMATS if each.id == format_id), None)

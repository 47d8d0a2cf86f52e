"""Tables that hold rules and no records: a courier's zones and its rate card. The import knows them by their header and
says where they belong; `huikuan rules import FILE --account NAME` takes them over (`server.books.rule_tables`).
"""

from __future__ import annotations

from huikuan.formats.headers import column_index, normalise_header
from huikuan.formats.reading import TableSource
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register

ORIGIN = ("Warehouse Pincode",)
DESTINATION = ("Customer Pincode",)
ZONE = ("Zone",)
# Headers that a table of rules has, and such that it must not have (a bill names zones too).
ZONES_NEED, ZONES_LACK = (ORIGIN, DESTINATION, ZONE), (("AWB Code", "Charged Weight"), ("Order ID",))
RATES_NEED = (("fwd_a_fixed",), ("fwd_a_additional",))

register(
    {
        "file.rules_zones": gettext_noop(
            "%(file)s holds a courier's zones, which are rules and not records: take them over with "
            "`huikuan rules import FILE --account NAME`."
        ),
        "file.rules_rates": gettext_noop(
            "%(file)s is a courier's rate card, which holds rules and not records: take it over with "
            "`huikuan rules import FILE --account NAME`."
        ),
    }
)


def refuse_rules(source: TableSource) -> None:
    """Raise UserError `file.rules_zones` or `file.rules_rates` for a table of rules."""
    for head in source.heads:
        for _, cells in head.rows:
            header = [normalise_header(cell) for cell in cells]
            if has_columns(header, ZONES_NEED) and not any(
                column_index(header, each) is not None for each in ZONES_LACK
            ):
                raise UserError("file.rules_zones", file=source.member)
            if has_columns(header, RATES_NEED):
                raise UserError("file.rules_rates", file=source.member)


def has_columns(header: list[str], needs: tuple[tuple[str, ...], ...]) -> bool:
    """Whether a normalised header has a column for each of the needs."""
    return all(column_index(header, names) is not None for names in needs)

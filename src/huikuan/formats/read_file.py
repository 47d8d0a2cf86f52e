"""The way of a file: container → members → opened tables → recognised → raw tables → readings.

A fault of a file is no exception: it is a refused `Reading` with its problem, so that the rest of a batch goes on.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from huikuan.formats.companion import with_companions
from huikuan.formats.compile import compile_readings
from huikuan.formats.readers.container import Member, open_container
from huikuan.formats.readers.delimited import open_delimited
from huikuan.formats.readers.spreadsheet import open_sheets
from huikuan.formats.reading import Head, ReadContext, Reading, TableSource
from huikuan.formats.recognise import Recognised, continuing, nearest, recognise
from huikuan.formats.registry import FORMATS
from huikuan.formats.rule_files import refuse_rules
from huikuan.formats.spec import Companion, Format
from huikuan.records.errors import Problem, UserError
from huikuan.records.messages import gettext_noop, register

if TYPE_CHECKING:
    import duckdb

SNIFF_BYTES = 64 << 10
# What a member of an archive is refused for if it is no table at all.
NOTES = ("file.not_recognised", "file.unreadable_kind", "file.no_text", "file.empty")

register(
    {
        "file.not_recognised": gettext_noop(
            "%(file)s is none of the files Huikuan knows. Choose its columns by hand (column mapping), or give its "
            "format (--format on the command line)."
        ),
        "file.not_recognised_near": gettext_noop(
            "%(file)s is none of the files Huikuan knows. Its line %(near)s comes closest to: %(nearest)s. Export it "
            "with all columns, or choose its columns by hand (column mapping)."
        ),
        "file.no_header": gettext_noop(
            "%(file)s has no header: its first row already holds a date and an amount. Add a first row with the names "
            "of the columns and import it again; if it is not recognised then, choose its columns by hand (column "
            "mapping)."
        ),
        "nearest.format": gettext_noop("%(format)s (“%(missing)s” is missing)"),
        "file.other_message": gettext_noop(
            "%(file)s is of the kind %(found)s, and none that Huikuan reads. Ask the bank or the platform for "
            "camt.053, MT940, CSV or Excel and import that."
        ),
        "file.not_this_format": gettext_noop(
            "%(file)s is not a file of the format %(format)s: the column “%(missing)s” stands in none of the first "
            "40 rows. Leave the format out, or export the file again."
        ),
        "format.unknown": gettext_noop(
            "There is no format “%(format)s”. Choose one of those that `huikuan formats` lists, or leave the format "
            "out."
        ),
        "member.skipped": gettext_noop(
            "%(file)s is no table Huikuan knows; it was left out. If it holds data, import it by itself with a column "
            "mapping."
        ),
        "sheet.skipped": gettext_noop(
            "The sheet “%(sheet)s” is none of the tables Huikuan knows; it was left out. If it holds data, import it "
            "with a column mapping."
        ),
    }
)


def read_file(path: Path, name: str, context: ReadContext, con: duckdb.DuckDBPyConnection) -> list[Reading]:
    """All documents of a file, read into views of `con`. Never empty.

    `name` is the name to be shown. Raises UserError only where the context asks for a format that does not exist.
    """
    formats = _candidates(context)
    with tempfile.TemporaryDirectory(prefix="huikuan-", ignore_cleanup_errors=True) as folder:
        try:
            container = open_container(path, name, Path(folder), context.password)
        except UserError as error:
            return [_refused(name, "", error)]
        readings: list[Reading] = []
        for member in container.members:
            readings += _read_member(member, formats, context, con)
    readings += [_refused(member, "", error) for member, error in container.faults]
    return _without_notes(readings) or [_refused(name, "", UserError("file.not_recognised", file=name))]


def _without_notes(readings: list[Reading]) -> list[Reading]:
    """The documents of an archive; members that are no tables beside them (instructions, pictures) are left out, and
    the first document says so. Where no member is a document, each says why."""
    notes = [each for each in readings if not each.format and each.problems[0].code in NOTES]
    documents = [each for each in readings if each not in notes]
    if not notes or not any(each.format for each in documents):
        return readings
    skipped = tuple(Problem("member.skipped", params={"file": each.member}, severity="flag") for each in notes)
    first = next(place for place, each in enumerate(documents) if each.format)
    documents[first] = _with_problems(documents[first], skipped)
    return documents


def _candidates(context: ReadContext) -> tuple[Format, ...]:
    """The formats to try: the one asked for, else all built-in ones and the user's mappings."""
    known = (*FORMATS, *(_as_format(each) for each in context.mappings))
    if context.mapping:
        wanted = tuple(each for each in known if each.id in (context.mapping, f"mapping.{context.mapping}"))
    elif context.format != "auto":
        wanted = tuple(replace(each, named=False) for each in known if each.id == context.format)
    else:
        return known
    if not wanted:
        raise UserError("format.unknown", format=context.mapping or context.format)
    return wanted


def _as_format(mapping: Any) -> Format:
    if isinstance(mapping, Format):
        return mapping
    from huikuan.formats.mapping import mapping_to_format

    declared: Format = mapping_to_format(mapping)
    return declared


def _read_member(
    member: Member, formats: Sequence[Format], context: ReadContext, con: duckdb.DuckDBPyConnection
) -> list[Reading]:
    try:
        special = _sniffed(member, formats)
        if special is not None and special.read is not None:
            raws = special.read(member.path, member.name, con, context)
            read = (compile_readings(con, special, replace(raw, member=member.name), context) for raw in raws)
            return [reading for readings in read for reading in readings]
        return _read_tables(member, formats, context, con)
    except UserError as error:
        return [_refused(member.name, "", error)]


def _sniffed(member: Member, formats: Sequence[Format]) -> Format | None:
    """The format of a document that is no table; None if it is a table."""
    if member.nature not in ("text", "xml"):
        return None
    with member.path.open("rb") as file:
        head = file.read(SNIFF_BYTES)
    return next((each for each in formats if each.sniff is not None and each.sniff(head, member.name)), None)


def _read_tables(
    member: Member, formats: Sequence[Format], context: ReadContext, con: duckdb.DuckDBPyConnection
) -> list[Reading]:
    readings: list[Reading] = []
    unknown: list[TableSource] = []
    companions: list[Companion] = []
    before: tuple[TableSource, Recognised] | None = None
    account = ""  # of the table that a sheet without a header may go on with
    for source in tables_of(member):
        found, stated = recognise(source, formats), {}
        if found is not None:
            before = source, found
        elif before is not None and (found := continuing(source, *before)) and account:
            stated = {"account": account}
        if found is None:
            unknown.append(source)
            continue
        raw = source.load(con, found.layout)
        read = compile_readings(con, found.format, replace(raw, facts={**raw.facts, **stated}), context)
        account = read[0].account if len(read) == 1 else ""
        readings += read
        companions += found.format.companions
    if readings and companions:
        readings[0], unknown = with_companions(con, readings[0], companions, unknown, context)
    if not readings:
        return [
            _refused(member.name, source.sheet, _unknown(source, member, formats, context)) for source in unknown[:1]
        ]
    skipped = tuple(Problem("sheet.skipped", sheet=each.sheet, severity="flag") for each in unknown)
    return [_with_problems(readings[0], skipped), *readings[1:]] if skipped else readings


def tables_of(member: Member) -> Iterator[TableSource]:
    """Every table of a member, opened but not loaded. Raises UserError `file.*`."""
    if member.nature in ("xlsx", "xls", "html"):
        yield from open_sheets(member.path, member.name, member.nature)
    else:
        yield open_delimited(member.path, member.name)


def _with_problems(reading: Reading, problems: tuple[Problem, ...]) -> Reading:
    status = "flagged" if reading.status == "imported" else reading.status
    total = reading.problems_total + len(problems)
    return replace(reading, problems=reading.problems + problems, problems_total=total, status=status)


def _unknown(source: TableSource, member: Member, formats: Sequence[Format], context: ReadContext) -> UserError:
    """Why a table was not recognised: the closest formats and the first column that each lacks."""
    if member.nature == "xml":
        return UserError("file.other_message", file=member.name, found="XML")
    refuse_rules(source)
    if source.heads and _without_header(source.heads[0]):
        return UserError("file.no_header", file=member.name)
    near = nearest(source, formats)
    if not near:
        return UserError("file.not_recognised", file=member.name)
    first = near[0]
    missing = first.missing[0] if first.missing else ""
    if context.format != "auto":
        return UserError("file.not_this_format", file=member.name, format=first.format.id, missing=missing)
    known = [{"code": "nearest.format", "format": each.format.id, "missing": each.missing[0]} for each in near]
    return UserError(
        "file.not_recognised_near",
        file=member.name,
        format=first.format.id,
        near=first.row,
        missing=missing,
        nearest=known,
    )


_DATE_CELL = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}( .*)?")
_AMOUNT_CELL = re.compile(r"[-+]?\d[\d,]*[.,]\d{1,2}")


def _without_header(head: Head) -> bool:
    """Whether the very first row holds a date and an amount: data where the names of the columns should be."""
    cells = [cell.strip() for cell in head.rows[0][1]] if head.rows else []
    return any(_DATE_CELL.fullmatch(cell) for cell in cells) and any(_AMOUNT_CELL.fullmatch(cell) for cell in cells)


def _refused(member: str, sheet: str, error: UserError) -> Reading:
    params = {name: value for name, value in error.params.items() if name != "row"}
    problem = Problem(error.code, sheet, error.params.get("row"), params=params, severity="refuse")
    return Reading(format="", member=member, sheet=sheet, status="refused", problems=(problem,), problems_total=1)

"""The cells of a record's row as the imported file has them, for the page that shows where a record comes from.

The encrypted original is opened again. Personal data is masked: columns the format declares as a person's; columns
with a personal title (name, address, phone, account, remark), unless the record itself keeps the very words; and every
cell of a column the format does not read, unless it is plainly an amount or a date. Documents that are no tables
(MT940, camt) have no cells to show.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from django.utils.translation import gettext as _

from huikuan.formats.headers import normalise_header
from huikuan.formats.mapping import mapping_from_plain, mapping_to_format
from huikuan.formats.read_file import tables_of
from huikuan.formats.readers.container import Member, open_container
from huikuan.formats.readers.delimited import DelimitedFile
from huikuan.formats.readers.spreadsheet import Sheet, column_letter
from huikuan.formats.reading import Layout, TableSource
from huikuan.formats.recognise import recognise
from huikuan.formats.registry import FORMATS
from huikuan.formats.spec import Column, Format, Moment, Person
from huikuan.formats.values_sql import PHONE
from huikuan.lake.originals import Originals
from huikuan.records.errors import HuikuanError, UserError
from huikuan.server.books.models import Book
from huikuan.server.documents.library import library_book
from huikuan.server.documents.models import DocumentRow, SavedMapping

MASK = "***"
SIZE_MAX = 200 << 20
_PLAIN = re.compile(
    r"[+-]?[\d,]{1,9}(\.\d{1,5})?%?|\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?([ T]\d{1,2}:\d{2}(:\d{2})?)?|[A-Z]{3}"
)
_PERSONAL = re.compile(
    "姓名|名称|户名|买家|收货|收件|会员|昵称|旺旺|电话|手机|联系|地址|邮箱|邮编|证件|身份|留言|备注|账号|帐号|卡号|"
    "name|phone|mobile|tel|address|mail|zip|buyer|receiver|recipient|card|account",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Cell:
    """One cell: its column's header (or letter), its text or a mask."""

    header: str
    text: str
    masked: bool


@dataclass(frozen=True)
class Origin:
    """The cells of a row; `note` says why there are none."""

    cells: tuple[Cell, ...] = ()
    note: str = ""


def origin_of(
    book: Book, document: DocumentRow, sheet: str, row: int, kept: Sequence[str], hidden: Sequence[str] = ()
) -> Origin:
    """The cells of a physical row of a document's original; `kept` are the texts its record holds in clear, `hidden`
    those of them that the reader may not see.

    Never raises for a file that cannot be read any more.
    """
    formats = _formats(book, document.format)
    if any(each.read is not None for each in formats):
        return Origin(note=_("The file is no table; the number is that of the entry in the statement."))
    library = library_book(book)
    originals = Originals(library.originals_folder, library.installation_key)
    try:
        if originals.has(document.sha256) and originals.path_of(document.sha256).stat().st_size > SIZE_MAX:
            return Origin(note=_("The file is too large to be opened here."))
        with tempfile.TemporaryDirectory(prefix="huikuan-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "original"
            with originals.open_original(document.sha256) as source, path.open("wb") as target:
                shutil.copyfileobj(source, target)
            return _origin_in(path, document.file_name, formats, (sheet, row), kept, hidden)
    except HuikuanError as error:
        return Origin(note=str(error))


def _formats(book: Book, format_id: str) -> list[Format]:
    """The declarations under a format's id; of a mapping, the one that is saved now."""
    found = [each for each in FORMATS if each.id == format_id]
    for saved in SavedMapping.objects.filter(book=book) if format_id.startswith("mapping.") else []:
        if format_id == f"mapping.{saved.name}":
            try:
                found.append(mapping_to_format(mapping_from_plain(saved.spec)))
            except UserError:  # saved by another version; the row is shown all the same, masked
                continue
    return found


def _origin_in(
    path: Path,
    file_name: str,
    formats: Sequence[Format],
    place: tuple[str, int],
    kept: Sequence[str],
    hidden: Sequence[str] = (),
) -> Origin:
    sheet, row = place
    name = file_name.split("!", 1)[0]
    with tempfile.TemporaryDirectory(prefix="huikuan-", ignore_cleanup_errors=True) as folder:
        members = open_container(path, name, Path(folder)).members
        member = next((each for each in members if each.name == file_name), members[0] if len(members) == 1 else None)
        source = _table(member, sheet) if member else None
        if source is None:
            return Origin(note=_("The table is not found in the file any more."))
        found = recognise(source, formats)
        layout = found.layout if found else Layout(0, source.heads[0].split or ",")
        cells = _cells(source, layout, row)
        if cells is None:
            return Origin(note=_("The row is not found in the file any more."))
        header = _header(source, layout)
        masked = _masking(found.format if found else None, kept, hidden)
        return Origin(tuple(_shown(header, cells, masked)))


def _table(member: Member, sheet: str) -> TableSource | None:
    sources = list(tables_of(member))
    return next((each for each in sources if each.sheet == sheet), sources[0] if len(sources) == 1 else None)


def _header(source: TableSource, layout: Layout) -> tuple[str, ...]:
    head = next((each for each in source.heads if each.split in ("", layout.delimiter)), None)
    return next((cells for number, cells in head.rows if number == layout.header_row), ()) if head else ()


def _cells(source: TableSource, layout: Layout, row: int) -> Sequence[str] | None:
    """The cells of a physical row; None if there is no such row."""
    if isinstance(source, Sheet):
        return next((cells for number, cells in source.rows if number == row), None)
    if isinstance(source, DelimitedFile):
        return _text_cells(source, layout, row)
    return None


def _text_cells(source: DelimitedFile, layout: Layout, row: int) -> list[str] | None:
    with source.path.open("rb") as raw:
        lines = _lines(io.TextIOWrapper(raw, encoding=source.encoding, errors="replace", newline=None))
        first = next((line for number, line in lines if number == row), None)
        if first is None:
            return None
        if layout.prefix:
            return first.rstrip("\n").removeprefix(layout.prefix).split(layout.delimiter + layout.prefix)
        rest = chain([first], (line for _number, line in lines))
        if not layout.quote:
            return first.rstrip("\n").split(layout.delimiter)
        try:
            return next(csv.reader(rest, delimiter=layout.delimiter, quotechar=layout.quote), None)
        except csv.Error:
            return first.rstrip("\n").split(layout.delimiter)


def _lines(file: io.TextIOWrapper) -> Iterator[tuple[int, str]]:
    return enumerate(file, 1)


def _shown(header: Sequence[str], cells: Sequence[str], masked: Callable[[str, str], bool]) -> Iterator[Cell]:
    for place, cell in enumerate(cells):
        title = header[place].strip() if place < len(header) else ""
        text = _without_phones(cell.strip())
        if text and masked(title, text):
            yield Cell(title or column_letter(place), MASK, True)
        elif text or title:
            yield Cell(title or column_letter(place), text, False)


def _masking(declared: Format | None, kept: Sequence[str], hidden: Sequence[str]) -> Callable[[str, str], bool]:
    """Whether a cell is not to be shown, by its column's title and its text."""
    read, personal = _declared(declared)

    def masked(title: str, text: str) -> bool:
        key = normalise_header(title)
        if key in personal or any(part in text for part in hidden):
            return True
        if _PERSONAL.search(title):
            return not (key in read and _is_kept(text, kept))
        return not (title and key in read) and not _PLAIN.fullmatch(text)

    return masked


def _is_kept(text: str, kept: Sequence[str]) -> bool:
    bare = text.strip(" \t\"'=`")
    return any(bare == value or (len(bare) >= 4 and bare in value) for value in kept)


def _declared(declared: Format | None) -> tuple[set[str], set[str]]:
    """Normalised headers the format reads, and those of them that are a person's."""
    columns = declared.columns if declared else ()
    read = {normalise_header(header) for header in _headers(columns)}
    personal = {normalise_header(h) for column in columns if isinstance(column, Person) for h in column.headers}
    return read, personal


def _headers(columns: Sequence[Column]) -> Iterator[str]:
    """Every header that columns may have, those of the time of day beside a date too."""
    for column in columns:
        yield from column.headers
        if isinstance(column, Moment):
            yield from column.also


def _without_phones(text: str) -> str:
    return re.sub(PHONE, rf"\g<1>{MASK}\g<2>", text)

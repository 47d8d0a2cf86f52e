"""What a file really is, and the files inside it: zip, gzip, workbook, web page, XML, text.

The first bytes decide, never the extension: a bank's `.CSV` may be an OLE workbook, a platform's `.xls` a web page.
`open_container` hands out *members*, each a file on disk with its name and nature; what is inside a zip or gzip is
unpacked piece by piece into a folder of the caller's, so a large file never stands in memory.

Refused with a code and a remedy: empty, password needed or wrong, truncated or damaged, a bomb, no data file inside,
a kind of file that holds no table (PDF, picture, program).
"""

from __future__ import annotations

import gzip
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from huikuan.formats.readers.mixed import is_unmarked_utf16
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register

Nature = Literal["text", "xlsx", "xls", "html", "xml"]

CHUNK_BYTES = 1 << 20
UNPACKED_BYTES_MAX = 8 << 30
WORKBOOK_BYTES_MAX = 2 << 30
# A bill of one repeated line packs 100 to 1; beyond this, and large, it is no bill.
RATIO_MAX = 400
RATIO_FREE_BYTES = 64 << 20
MEMBERS_MAX = 500
DEPTH_MAX = 3
# What refuses an archive as a whole, not only the member in which it shows.
WHOLE_ARCHIVE = ("file.too_large_unpacked", "file.zip_too_deep")

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
GZIP_MAGIC = b"\x1f\x8b"
OTHER_MAGIC: dict[bytes, str] = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"MZ": "EXE",
    b"\x7fELF": "ELF",
    b"SQLite format 3": "SQLite",
    b"PAR1": "Parquet",
}
# A member that shows what a zip archive is: a workbook (of Excel or OpenDocument), or another document.
WORKBOOK_PARTS = {"xl/workbook.xml", "xl/workbook.bin", "META-INF/manifest.xml"}
OTHER_PARTS = {"word/document.xml": "Word", "ppt/presentation.xml": "PowerPoint"}
JUNK_NAMES = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._)", re.IGNORECASE)

register(
    {
        "file.empty": gettext_noop("%(file)s is empty (0 bytes). Download it again and import the new file."),
        "file.unreadable_kind": gettext_noop(
            "%(file)s holds no table Huikuan can read: it is of the kind %(found)s. "
            "Expected CSV, text, Excel, XML, MT940, zip or gz: export the bill in one of these."
        ),
        "file.zip_password": gettext_noop(
            "%(file)s is protected by a password. Give the password that the platform sent you, "
            "or unpack the file yourself and import what is inside."
        ),
        "file.zip_password_wrong": gettext_noop(
            "The password given does not open %(file)s. Check it against the platform's message and try again."
        ),
        "file.zip_broken": gettext_noop(
            "%(file)s is a damaged or truncated zip archive. The download probably broke off: download it again."
        ),
        "file.gzip_broken": gettext_noop(
            "%(file)s is a damaged or truncated gzip file. The download probably broke off: download it again."
        ),
        "file.zip_no_data": gettext_noop(
            "%(file)s is an archive without a data file in it. Found: %(found)s. Import the archive as downloaded."
        ),
        "file.too_large_unpacked": gettext_noop(
            "%(file)s unpacks to more than %(limit)s bytes, far more than a bill can hold, and was not unpacked. "
            "If it is genuine, unpack it yourself and import the files inside."
        ),
        "file.zip_too_deep": gettext_noop(
            "%(file)s holds archives inside archives, more than %(limit)s deep or more than %(members)s files. "
            "Unpack it yourself and import the files inside."
        ),
        "file.workbook_password": gettext_noop(
            "%(file)s is an Excel workbook protected by a password. "
            "Open it in Excel, save it without a password (File, Info, Protect Workbook) and import it again."
        ),
        "file.workbook_broken": gettext_noop(
            "%(file)s is a damaged Excel workbook and cannot be opened. "
            "Download it again, or open it in Excel and save it as .xlsx."
        ),
    }
)


@dataclass(frozen=True)
class Member:
    """One readable file. `name` is the file's name, or `archive!member` in an archive (nested: `a!b!c`)."""

    name: str
    path: Path
    nature: Nature


@dataclass(frozen=True)
class Container:
    """The members to read, in the archive's order, the names of those left out (summaries beside a detail list), and
    the faults of members that cannot be opened, by name; the others are read none the less."""

    members: tuple[Member, ...]
    skipped: tuple[str, ...] = field(default=())
    faults: tuple[tuple[str, UserError], ...] = field(default=())


def open_container(path: Path, name: str, folder: Path, password: str = "") -> Container:
    """The members of a file; what had to be unpacked lies in `folder` (the caller's, and the caller removes it).

    Raises UserError `file.*` for what cannot be opened.
    """
    unpacker = _Unpacker(name, folder, password)
    members = tuple(unpacker.open(path, name, 0))
    return Container(members, tuple(unpacker.skipped), tuple(unpacker.faults))


def nature_of(path: Path, name: str) -> Nature | Literal["zip", "gzip"]:
    """What the file's first bytes say it is. Raises UserError for an empty file and for kinds that hold no table."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    if not head:
        raise UserError("file.empty", file=name)
    if head.startswith(ZIP_MAGIC):
        return _zip_nature(path, name)
    if head.startswith(OLE_MAGIC):
        return _ole_nature(path, name)
    if head.startswith(GZIP_MAGIC):
        return "gzip"
    for magic, found in OTHER_MAGIC.items():
        if head.startswith(magic):
            raise UserError("file.unreadable_kind", file=name, found=found)
    return _text_nature(head, name)


def _zip_nature(path: Path, name: str) -> Literal["zip", "xlsx"]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        broken_workbook = PurePosixPath(name).suffix.lower() in {".xlsx", ".xlsm", ".xlsb"}
        raise UserError("file.workbook_broken" if broken_workbook else "file.zip_broken", file=name) from error
    names = {info.filename for info in infos}
    for part, found in OTHER_PARTS.items():
        if part in names:
            raise UserError("file.unreadable_kind", file=name, found=found)
    if not names & WORKBOOK_PARTS:
        return "zip"
    if sum(info.file_size for info in infos) > WORKBOOK_BYTES_MAX:
        raise UserError("file.too_large_unpacked", file=name, limit=WORKBOOK_BYTES_MAX)
    return "xlsx"


def _ole_nature(path: Path, name: str) -> Literal["xls"]:
    """An OLE file is a workbook; one that holds a stream `EncryptedPackage` is an encrypted xlsx."""
    marker = "EncryptedPackage".encode("utf-16-le")
    with path.open("rb") as stream:
        tail = b""
        while chunk := stream.read(CHUNK_BYTES):
            if marker in tail + chunk:
                raise UserError("file.workbook_password", file=name)
            tail = chunk[-len(marker) :]
    return "xls"


def _text_nature(head: bytes, name: str) -> Nature:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or is_unmarked_utf16(head):
        start = head[:1024].decode("utf-16", errors="replace")
    elif b"\x00" in head:
        raise UserError("file.unreadable_kind", file=name, found="binary")
    else:
        start = head.decode("utf-8", errors="replace")
    start = start.lstrip("\ufeff \t\r\n").lower()
    if start.startswith(("<!doctype html", "<html", "<table", "<head", "<meta", "<body", "<style", "<div")):
        return "html"
    if start.startswith("<") and ("<html" in start or "office:spreadsheet" in start):
        return "html"  # a web page, or Excel's XML of 2003: both are tables of tags
    return "xml" if start.startswith(("<?xml", "<document")) else "text"


class _Unpacker:
    """Opens one file and all that is inside it, within the limits. Holds the count of bytes and files so far."""

    def __init__(self, name: str, folder: Path, password: str) -> None:
        self.name = name
        self.folder = folder
        self.password = password
        self.skipped: list[str] = []
        self.faults: list[tuple[str, UserError]] = []
        self.written = 0
        self.files = 0

    def open(self, path: Path, name: str, depth: int) -> Iterator[Member]:
        nature = nature_of(path, name)
        if nature in ("zip", "gzip") and depth >= DEPTH_MAX:
            raise UserError("file.zip_too_deep", file=self.name, limit=DEPTH_MAX, members=MEMBERS_MAX)
        if nature == "zip":
            yield from self._zip(path, name, depth)
        elif nature == "gzip":
            yield from self._gzip(path, name, depth)
        else:
            yield Member(name, path, nature)

    def _gzip(self, path: Path, name: str, depth: int) -> Iterator[Member]:
        target = self._next_path()
        try:
            with gzip.open(path, "rb") as stream:
                self._copy(stream, target, path.stat().st_size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise UserError("file.gzip_broken", file=name) from error
        inner = name[:-3] if name.lower().endswith(".gz") else name
        for member in self.open(target, inner, depth + 1):
            yield Member(name if member.name == inner else member.name, member.path, member.nature)

    def _zip(self, path: Path, name: str, depth: int) -> Iterator[Member]:
        with _zip_errors(name, bool(self.password)), _open_zip(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            named = [(member_name(info), info) for info in infos]
            chosen, skipped = _choose([member for member, _ in named])
            self.skipped += [f"{name}!{member}" for member in skipped]
            if not chosen:
                found = ", ".join(member for member, _ in named[:5]) or "nothing"
                raise UserError("file.zip_no_data", file=name, found=found)
            extracted = [
                (f"{name}!{member}", self._extract(archive, info)) for member, info in named if member in chosen
            ]
        for full_name, target in extracted:
            if target.stat().st_size == 0 and len(extracted) > 1:
                self.skipped.append(full_name)
                continue
            try:
                yield from self.open(target, full_name, depth + 1)
            except UserError as error:
                if error.code in WHOLE_ARCHIVE:
                    raise
                self.faults.append((full_name, error))

    def _extract(self, archive: Any, info: zipfile.ZipInfo) -> Path:
        target = self._next_path()
        password = self.password.encode() if self.password else None
        with archive.open(info, pwd=password) as stream:
            self._copy(stream, target, info.compress_size)
        return target

    def _copy(self, stream: Any, target: Path, packed_bytes: int) -> None:
        """Unpack by chunks; what a header claims about sizes is not believed."""
        written = 0
        with target.open("wb") as out:
            while chunk := stream.read(CHUNK_BYTES):
                out.write(chunk)
                written += len(chunk)
                self.written += len(chunk)
                bomb = written > RATIO_FREE_BYTES and written > RATIO_MAX * max(packed_bytes, 1)
                if bomb or self.written > UNPACKED_BYTES_MAX:
                    limit = RATIO_MAX * packed_bytes if bomb else UNPACKED_BYTES_MAX
                    raise UserError("file.too_large_unpacked", file=self.name, limit=limit)

    def _next_path(self) -> Path:
        self.files += 1
        if self.files > MEMBERS_MAX:
            raise UserError("file.zip_too_deep", file=self.name, limit=DEPTH_MAX, members=MEMBERS_MAX)
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / f"member{self.files:04d}"


def _open_zip(path: Path) -> Any:
    """A zip archive that also opens AES-encrypted members, as the personal bills of WeChat use."""
    import pyzipper

    return pyzipper.AESZipFile(path)


@contextmanager
def _zip_errors(name: str, password_given: bool) -> Iterator[None]:
    """The library's many ways to fail, as the two faults a user can do something about."""
    from pyzipper import BadZipFile, LargeZipFile

    try:
        yield
    except UserError:
        raise
    except RuntimeError as error:
        if "password" not in str(error).lower() and "encrypted" not in str(error).lower():
            raise UserError("file.zip_broken", file=name) from error
        code = "file.zip_password_wrong" if password_given else "file.zip_password"
        raise UserError(code, file=name) from error
    except (BadZipFile, LargeZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        # A wrong password passes ZipCrypto's one-byte check once in 256 and shows as damage.
        code = "file.zip_password_wrong" if password_given else "file.zip_broken"
        raise UserError(code, file=name) from error


def member_name(info: Any) -> str:
    """The member's name; without the UTF-8 flag zip tools in China write GBK, which Python reads as cp437."""
    if info.flag_bits & 0x800:
        return str(info.filename)
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return str(info.filename)
    decoders: tuple[Callable[[bytes], str], ...] = (lambda b: b.decode("utf-8"), lambda b: b.decode("gb18030"))
    for decode in decoders:
        try:
            return decode(raw)
        except UnicodeDecodeError:
            continue
    return str(info.filename)


def _choose(names: list[str]) -> tuple[set[str], list[str]]:
    """Members to read, and those left out: system litter, and summaries (汇总) beside a list of details (明细)."""
    candidates = [name for name in names if not JUNK_NAMES.search(name)]
    has_details = any("明细" in PurePosixPath(name).name and "汇总" not in name for name in candidates)
    summaries = [name for name in candidates if has_details and "汇总" in PurePosixPath(name).name]
    return set(candidates) - set(summaries), summaries


def remove_folder(folder: Path) -> None:
    """Remove what was unpacked; a file still held open on Windows is left to the system's own clean-up."""
    shutil.rmtree(folder, ignore_errors=True)

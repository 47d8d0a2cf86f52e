"""Text files as platforms hand them out: plain, gzip, or zip with member names in GBK; lines are counted."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from typing import IO, cast

COMPRESSION = 3
ZIP_TIME = (2026, 11, 1, 9, 0, 0)


class GbkZipInfo(zipfile.ZipInfo):
    """A member whose name is stored in GBK without the UTF-8 flag, as Chinese platforms write it."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits


class Lines:
    """A text file being written. `document` names it as an import does: `zip!member` for a member of a zip."""

    def __init__(self, folder: Path, name: str, encoding: str, member: str = "") -> None:
        self.name = name
        self.document = f"{name}!{member}" if member else name
        self.count = 0
        self._outer: list[zipfile.ZipFile | IO[bytes]] = []
        self._archive: zipfile.ZipFile | None = None
        self._text = io.TextIOWrapper(self._open(folder / name, member), encoding=encoding, newline="")
        self._write = self._text.write

    def _open(self, path: Path, member: str) -> IO[bytes]:
        if member:
            self._archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION)
            return self._archive.open(self._info(member), "w", force_zip64=True)
        if path.suffix == ".gz":
            raw = path.open("wb")
            self._outer.append(raw)
            return cast(IO[bytes], gzip.GzipFile("", "wb", COMPRESSION, raw, mtime=0))
        return path.open("wb")

    @staticmethod
    def _info(member: str) -> GbkZipInfo:
        info = GbkZipInfo(member, ZIP_TIME)
        info.compress_type = zipfile.ZIP_DEFLATED
        return info

    def line(self, text: str) -> int:
        """Write one physical line (its end included in `text`); its number, from 1."""
        self._write(text)
        self.count += 1
        return self.count

    def close(self, summary: tuple[str, bytes] | None = None) -> None:
        """End the file; `summary` (member name, content) is put beside it in a zip."""
        self._text.close()
        if self._archive is not None:
            if summary:
                self._archive.writestr(self._info(summary[0]), summary[1])
            self._archive.close()
        for outer in self._outer:
            outer.close()

"""Restoring a backup; needs no database."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register

register(
    {
        "restore.not_empty": gettext_noop("%(home)s is not empty. Restore into a new folder (--home DIR)."),
        "restore.no_backup": gettext_noop("%(file)s is no backup of Huikuan."),
    }
)
MARK = "huikuan-backup.json"


def restore(file: Path, home: Path | None) -> Path:
    """Unpack a backup into the home folder, which is empty or not there; returns it. UserError otherwise."""
    target = (home or Path(os.environ.get("HUIKUAN_HOME") or Path.home() / ".huikuan")).expanduser().absolute()
    if target.exists() and any(target.iterdir()):
        raise UserError("restore.not_empty", home=target)
    if not file.is_file() or not zipfile.is_zipfile(file):
        raise UserError("restore.no_backup", file=file)
    temporary = target.with_name(target.name + ".restoring")
    shutil.rmtree(temporary, ignore_errors=True)
    with zipfile.ZipFile(file) as archive:
        if MARK not in archive.namelist():
            raise UserError("restore.no_backup", file=file)
        for member in archive.infolist():
            place = (temporary / member.filename).resolve()
            if not place.is_relative_to(temporary.resolve()):
                raise UserError("restore.no_backup", file=file)
        archive.extractall(temporary)
    (temporary / MARK).unlink()
    if target.exists():
        target.rmdir()
    temporary.rename(target)
    return target

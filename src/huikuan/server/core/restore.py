"""Restoring a backup; needs no database. The installation's key is in no backup: it is copied from where the backup
says it lay, on the same machine, else a person has to bring it."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from pathlib import Path

from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server.keys import key_file

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
    mark = json.loads((temporary / MARK).read_text(encoding="utf-8"))
    (temporary / MARK).unlink()
    if target.exists():
        target.rmdir()
    temporary.rename(target)
    _bring_key(target, str(mark.get("key_file", "")))
    return target


def _bring_key(home: Path, source: str) -> None:
    """Copy the key file of the installation that was backed up, if it still lies on this machine."""
    place = key_file(home)
    if os.environ.get("HUIKUAN_KEY") or place.exists() or not source or not Path(source).is_file():
        return
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(Path(source).read_bytes())


def has_key(home: Path) -> bool:
    """Whether the installation's key of a home folder is there."""
    return bool(os.environ.get("HUIKUAN_KEY")) or key_file(home).exists()

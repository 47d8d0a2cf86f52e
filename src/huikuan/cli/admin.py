"""Commands of the operator: init, user, check, backup, restore, serve."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from huikuan.cli.common import ACTOR, DAY, emit, home_options, json_option, progress, ready, say, with_book
from huikuan.records.codes import ROLES


@click.command("init")
@click.option("--admin", default="admin", show_default=True, help="Name of the first user.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--currency", default="CNY", show_default=True)
@click.option("--timezone", default="Asia/Shanghai", show_default=True)
@click.option("--start", type=DAY, help="The day the book begins.")
@home_options
@json_option
def init_command(
    admin: str, password_stdin: bool, currency: str, timezone: str, start: date | None, home: Path | None,
    book_name: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Make the home folder and one book, with its owner. Prints a one-time password, changed at the first login."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    ready(home)
    from huikuan.server.books.setup import DEFAULT_NAME, first_book

    made = first_book(
        book_name or DEFAULT_NAME, admin, password, currency=currency, timezone=timezone, start=start, by=ACTOR
    )
    row = {"book": made.book.name, "admin": made.user.username, "password": made.one_time_password}
    if as_json:
        emit([row], True)
        return
    click.echo(f"Book “{made.book.name}” is ready.")
    if made.one_time_password:
        click.echo(f"Log in as {made.user.username} with the one-time password {made.one_time_password}")


@click.group("user")
def user_command() -> None:
    """Users: add, passwd, role, list."""


def _secret(password_stdin: bool) -> str | None:
    return sys.stdin.readline().rstrip("\n") if password_stdin else None


@user_command.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="clerk", show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@json_option
@with_book
def user_add(book: Any, name: str, role: str, password_stdin: bool, as_json: bool) -> None:
    """Add a user with a role in the book. Without a password a one-time one is printed."""
    from django.db import transaction

    from huikuan.server.accounts.services import create_user, set_role

    told = _secret(password_stdin)
    with transaction.atomic():
        user, password = create_user(name, password=told, by=ACTOR)
        set_role(user, book, role, by=ACTOR)
    row = {"user": user.username, "role": role, "password": "" if told else password}
    emit([row], as_json)


@user_command.command("passwd")
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@home_options
@json_option
def user_passwd(name: str, password_stdin: bool, home: Path | None, book_name: str | None, as_json: bool) -> None:
    """Set a user's password; without one a one-time password is printed."""
    ready(home)
    from huikuan.server.accounts.services import get_user, set_password

    told = _secret(password_stdin)
    user = get_user(name)
    password = set_password(user, told, by=ACTOR)
    emit([{"user": user.username, "password": "" if told else password}], as_json)


@user_command.command("role")
@click.argument("name")
@click.argument("role", type=click.Choice([*ROLES, "none"]))
@json_option
@with_book
def user_role(book: Any, name: str, role: str, as_json: bool) -> None:
    """Give a user a role in the book, or take it away (none)."""
    from huikuan.server.accounts.services import get_user, set_role

    user = get_user(name)
    set_role(user, book, "" if role == "none" else role, by=ACTOR)
    emit([{"user": user.username, "role": "" if role == "none" else role}], as_json)


@user_command.command("list")
@json_option
@with_book
def user_list(book: Any, as_json: bool) -> None:
    """The users of the book with their roles."""
    rows = [
        {"user": m.user.username, "name": m.user.shown_name, "role": m.role, "last_login": m.user.last_login}
        for m in book.memberships.select_related("user")
    ]
    emit(rows, as_json, ("user", "name", "role", "last_login"))


@click.command("check")
@home_options
@json_option
def check_command(home: Path | None, book_name: str | None, as_json: bool) -> None:
    """Check the home folder: audit log, documents and originals of every book; rebuilds what is only a cache.

    Days missing between documents are told too, but are no fault of the folder: they do not make it exit 1.
    """
    ready(home)
    from huikuan.server.core.maintenance import check

    with progress("Checking") as told:
        rows = check(book_name, told)
    emit(rows, as_json, ("check", "book", "ok", "text"))
    if not all(row["ok"] for row in rows if row["check"] != "coverage"):
        sys.exit(1)


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@home_options
@json_option
def backup_command(file: Path, home: Path | None, book_name: str | None, as_json: bool) -> None:
    """Write the home folder to a zip file: database, lakes, originals; never the key, never results."""
    ready(home)
    from huikuan.server.core.maintenance import backup

    with progress("Backing up") as told:
        size = backup(file, told)
    if as_json:
        emit([{"file": str(file), "bytes": size}], True)
    say(f"{file}: {size:,} bytes. The installation's key is not in it: keep the key file as well.")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@home_options
@json_option
def restore_command(file: Path, home: Path | None, book_name: str | None, as_json: bool) -> None:
    """Restore a backup into a home folder that does not exist yet, or is empty."""
    from huikuan.server.core.restore import has_key, restore
    from huikuan.server.keys import key_file

    where = restore(file, home)
    if as_json:
        emit([{"home": str(where)}], True)
    if not has_key(where):
        say(f"Restored to {where}. Put the installation's key file at {key_file(where)} before anything else.")
        return
    ready(where)
    say(f"Restored to {where}. Run `huikuan check`, then `huikuan reconcile`.")


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@home_options
def serve_command(host: str, port: int, home: Path | None, book_name: str | None) -> None:
    """Serve the web pages, and do background work, until stopped."""
    from huikuan.server.serve import serve

    say(f"http://{host}:{port}")
    serve(host, port, str(home) if home else None)

"""`huikuan report`: a report as Excel, PDF, CSV or JSON; vouchers in the layouts of accounting programs too."""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from huikuan.cli.common import ACTOR, json_option, language, progress, run_options, say, with_book

FORMATS = ("xlsx", "pdf", "csv", "json")  # of any report
VOUCHER_FORMATS = ("general", "general-xlsx", "u8", "tplus", "k3", "jdy", "beancount")  # `export.vouchers.LAYOUTS`


@click.command("report", context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.argument("name", required=False)
@run_options
@click.option("--by", "by", help="Grouped by day, week or month, where the report knows it.")
@click.option("--account", help="The account, where the report asks for one.")
@click.option("--format", "format_id", type=click.Choice((*FORMATS, *VOUCHER_FORMATS)),
              help="Default: by the file's ending, else csv. Those after json: of the report vouchers.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@json_option
@with_book
def report_command(
    book: Any, name: str | None, as_of: date | None, date_from: date | None, date_to: date | None,
    by: str | None, account: str | None, format_id: str | None, output: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Write a report; one of your own by its title too. Without a name: the reports there are. Further parameters of a
    report as --NAME VALUE."""
    from huikuan.export.files import ending_of, write_report
    from huikuan.export.printed import Printed
    from huikuan.records.errors import UserError
    from huikuan.server.reports.saved import find_saved, reports_of

    known_reports = reports_of(book)
    if name is None:
        from huikuan.cli.common import emit
        from huikuan.records.messages import translated

        rows = [
            {"name": each.name, "title": translated(each.title), "parameters": [p.name for p in each.parameters]}
            for each in known_reports.values()
        ]
        emit(rows, as_json, ("name", "title", "parameters"))
        return
    kept = None if name in known_reports else find_saved(book, name)
    name = kept.name if kept else name
    if name not in known_reports:
        raise UserError("report.unknown", name=name, known=", ".join(known_reports))
    told = {
        "from": date_from and date_from.isoformat(),
        "to": date_to and date_to.isoformat(),
        "by": by,
        "account": account,
    }
    params = {key: value for key, value in {**told, **_further(click.get_current_context().args)}.items() if value}
    unknown = sorted(set(params) - {parameter.name for parameter in known_reports[name].parameters})
    if unknown:
        known = ", ".join(parameter.name for parameter in known_reports[name].parameters)
        raise click.UsageError(f"{name} has no parameter {', '.join(unknown)}. There are: {known}.")
    ending = output.suffix.removeprefix(".").lower() if output else ""
    chosen = "json" if as_json else format_id or (ending if ending in (*FORMATS, "beancount") else "csv")
    ending = ending_of(chosen)
    if output is None and ending in ("xlsx", "pdf"):
        raise click.UsageError(f"{chosen} needs a file: -o FILE.")
    with progress("Report") as working:
        working(name, 0, 1)
        table = _table(book, name, params, as_of)
        printed = Printed(ACTOR, book.local(datetime.now(UTC)))
        if output is not None:
            write_report(table, chosen, output, printed)
            say(f"{output}")
            return
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"report.{ending}"
            write_report(table, chosen, path, printed)
            text = path.read_text(encoding="gb18030" if chosen == "u8" else "utf-8-sig")
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def _table(book: Any, name: str, params: dict[str, str], as_of: date | None) -> Any:
    """The report; what nobody has reconciled yet as of that day is reconciled now."""
    from huikuan.cli.results import run_as_of
    from huikuan.records.errors import UserError
    from huikuan.server.reporting import report_of

    try:
        return report_of(book, name, params, as_of, language())
    except UserError as error:
        if not error.code.startswith("results.none"):
            raise
    run_as_of(book, as_of)
    return report_of(book, name, params, as_of, language())


def _further(args: list[str]) -> dict[str, str]:
    """`--NAME VALUE` pairs of a report's own parameters."""
    if len(args) % 2 or any(not name.startswith("--") for name in args[::2]):
        raise click.UsageError(f"Not understood: {' '.join(args)}")
    return {name.removeprefix("--").replace("-", "_"): value for name, value in zip(args[::2], args[1::2], strict=True)}

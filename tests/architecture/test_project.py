"""What holds for the project as a whole: translations, icons, migrations, sizes, settings."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "huikuan"
PYTHON = [path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts]
TEMPLATES = list(SOURCE.rglob("templates/**/*.html"))


def messages() -> Any:
    spec = importlib.util.spec_from_file_location("huikuan_messages", ROOT / "scripts" / "messages.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_sentence_is_translated_once_and_with_its_placeholders() -> None:
    assert messages().faults() == []


def test_the_reader_of_sentences_sees_all_forms(tmp_path: Path) -> None:
    python, page = tmp_path / "a.py", tmp_path / "a.html"
    python.write_text(
        'x = _("One"); y = pgettext("c", "Two"); z = ngettext("a %(n)s", "b %(n)s", 2)\nq = _("Three "\n  "four")\n'
    )
    page.write_text(
        '{% translate "Five" %}<p>{% blocktranslate with n=x|count trimmed %}\n  Six {{ n }}\n{% endblocktranslate %}'
        '{% empty _("Seven") "icon" %}{% translate "Eight" context "k" %}<script>f(1)</script>'
    )
    read = messages().sentences
    assert list(read(python)) == [(None, "One"), ("c", "Two"), (None, ("a %(n)s", "b %(n)s")), (None, "Three four")]
    assert list(read(page)) == [(None, "Five"), (None, "Six %(n)s"), (None, "Seven"), ("k", "Eight")]


def test_every_icon_is_in_the_sprite() -> None:
    known = set((ROOT / "frontend" / "icons.txt").read_text().split())
    used = {
        name
        for path in TEMPLATES
        for name in re.findall(r'{% (?:icon|empty [^%]*?) "([a-z0-9-]+)"', path.read_text(encoding="utf-8"))
    }
    from huikuan.server.core.navigation import FOOT, GROUPS
    from huikuan.server.core.statuses import ICONS

    used |= {page.icon for _label, pages in (*GROUPS, ("", FOOT)) for page in pages} | set(ICONS.values())
    assert used - known == set()


def test_templates_hold_no_inline_script_or_style_and_no_plain_text() -> None:
    wrong = []
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        if re.search(r"<style|\son[a-z]+=\"", text) or re.search(
            r"<script(?![^>]*\b(?:src|type=\"application/json\"))", text
        ):
            wrong.append(str(path))
    assert wrong == []


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_files_and_functions_have_a_readable_size() -> None:
    long_files = {
        str(path): count for path in PYTHON if (count := len(path.read_text(encoding="utf-8").splitlines())) > 600
    }
    long_functions = {
        f"{path}:{node.name}": length
        for path in PYTHON
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and (length := (node.end_lineno or 0) - node.lineno + 1) > 70
    }
    assert long_files == {} and long_functions == {}


def test_every_setting_of_the_environment_is_documented() -> None:
    name = re.compile(r'"(HUIKUAN_[A-Z_]+)"')
    used = {found for path in PYTHON for found in name.findall(path.read_text(encoding="utf-8"))}
    documented = (SOURCE / "server" / "settings.py").read_text(encoding="utf-8").split('"""')[1]
    assert {found for found in used if found not in documented} == set()


# Statistics: what they reckon is an estimate and is told as one; no amount that was booked goes through them.
ESTIMATES = {
    f"insight/{name}.py"
    for name in ("findings/tested", "findings/statistics", "forecast/cash", "forecast/check", "forecast/curves")
}


def test_no_float_and_no_bare_except_in_the_library() -> None:
    wrong = []
    for path in PYTHON:
        if path.relative_to(SOURCE).parts[0] in ("server", "cli", "demo"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler) and node.type is None:
                wrong.append(f"{path}:{node.lineno} bare except")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
                if path.relative_to(SOURCE).as_posix() in ESTIMATES:
                    continue
                wrong.append(f"{path}:{node.lineno} float()")
    assert wrong == []


def test_the_repository_names_no_package_registry() -> None:
    hosts = re.compile(r"registry\.npm" + r"js|pypi" + r"\.org|files\.python" + r"hosted")
    named = [
        str(path)
        for path in [
            ROOT / "Makefile",
            ROOT / "pyproject.toml",
            ROOT / "constraints.txt",
            ROOT / "package-lock.json",
            *PYTHON,
        ]
        if path.exists() and hosts.search(path.read_text(encoding="utf-8"))
    ]
    assert named == []


def test_the_command_line_starts_without_the_engine(tmp_path: Path) -> None:
    code = (
        "import sys; from huikuan.server.setup import configure; configure(); import huikuan.cli;"
        "print(sorted({'duckdb', 'ibis', 'pyarrow', 'deltalake'} & set(sys.modules)))"
    )
    environment = {**os.environ, "HUIKUAN_HOME": str(tmp_path)}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"

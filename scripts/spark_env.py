"""Makes `.venv-spark`: the environment of `.venv` with PySpark and pandas beside it.

pandas must not be in `.venv`: DuckDB and pyarrow import it at the first bound value once it is there. So the packages
of the extra `spark` lie in an environment of their own, which sees everything else in `.venv`. `make test` makes it
beside `.venv`; does nothing where neither `.venv` was made anew nor a list of packages has changed since.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv-spark"
PYTHON = FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
INSTALLED = FOLDER / ".installed"
MADE_OF = (Path(sys.prefix) / "pyvenv.cfg", ROOT / "pyproject.toml", ROOT / "constraints.txt", Path(__file__))


def main() -> None:
    """Make or renew the environment."""
    if INSTALLED.exists() and all(path.stat().st_mtime <= INSTALLED.stat().st_mtime for path in MADE_OF):
        return
    venv.create(FOLDER, with_pip=False, clear=True)
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    pip = [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-compile", "-c", str(ROOT / "constraints.txt"), *packages["spark"]], check=True)
    # Only now: `.venv` may be half installed until here.
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    told = subprocess.run([str(PYTHON), "-c", asked], check=True, capture_output=True, text=True).stdout.strip()
    ours = sysconfig.get_path("purelib")
    Path(told, "huikuan_venv.pth").write_text(f"import site; site.addsitedir({ours!r})\n", encoding="utf-8")
    INSTALLED.touch()


if __name__ == "__main__":
    main()

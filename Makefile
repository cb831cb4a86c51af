# `make run` and `make test` do everything on a fresh machine that has Python.
PORT ?= 8501
ARGS ?= -n auto --dist worksteal
PY := .venv/bin/python
INSTALL := -m pip install --disable-pip-version-check --require-hashes --only-binary :all: --no-deps
PIP := $(PY) $(INSTALL)
FIND_PYTHON = for python in python3.13 python3.12 python3.11 python3; do \
	if $$python -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1; \
	then command -v $$python; exit; fi; done; \
	echo 'Shelfcast needs Python 3.11, 3.12 or 3.13 with its venv module (Debian, Ubuntu: apt install python3 python3-venv).' >&2; exit 1

.PHONY: run test test-fast lint check docs audit

run: .venv/run.stamp
	$(PY) -m forecasting serve --port $(PORT)

test: .venv/test.stamp
	$(PY) -m pytest $(ARGS)

# Everything that trains nothing and starts no server: for every few minutes.
test-fast: .venv/test.stamp
	$(PY) -m pytest -m fast $(ARGS)

lint: .venv/test.stamp
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

check: .venv/test.stamp
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(MAKE) --no-print-directory docs

docs: .venv/test.stamp
	NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict --quiet

# Asks a database on the network, so `check` leaves it out. Its tool has an environment of its own: Shelfcast and its tests need nothing of it.
audit: .venv/audit.stamp
	@.venv/audit/bin/python .ci/audit.py tests/requirements.txt

# A virtual environment that works is kept; one that was left half-made is made again.
.venv/venv.stamp:
	@$(PY) -m pip --version >/dev/null 2>&1 || { python=$$($(FIND_PYTHON)) && $$python -m venv --clear .venv; }
	@touch $@

# A stamp is a copy of the requirements that are installed, so that pip runs only when they change. What pip installs it compiles; so is what lies here.
.venv/run.stamp: requirements.txt .venv/venv.stamp
	@cmp -s $< $@ || $(PIP) -r $<
	@$(PY) -m compileall -q forecasting pages streamlit_app.py
	@cp $< $@

.venv/test.stamp: tests/requirements.txt .venv/run.stamp
	@cmp -s $< $@ || $(PIP) -r $<
	@cp $< $@

.venv/audit.stamp: .ci/audit-requirements.txt .venv/venv.stamp
	@cmp -s $< $@ || { $(PY) -m venv --clear .venv/audit && .venv/audit/bin/python $(INSTALL) --quiet -r $<; }
	@cp $< $@

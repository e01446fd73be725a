# `make` lists what there is to do. Everything it needs goes into .venv, exactly as locked.

# The newest Python that really runs (a pyenv shim may exist and fail). Choose your own: make PYTHON=python3.12
RUNS := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c '$(RUNS)' >/dev/null 2>&1 && { echo $$python; break; }; done)

PIP := .venv/bin/python -m pip -qq --disable-pip-version-check
COMPILE := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock'

# A rehearsal checks each request against Discord's own OpenAPI file, where it is at hand.
DISCORD_OPENAPI ?= $(abspath $(wildcard ../shared/data/discord-openapi.json))
ifneq ($(DISCORD_OPENAPI),)
export DISCORD_OPENAPI
endif

# Tests start the bot hundreds of times: without bytecode files, each start would compile it again.
unexport PYTHONDONTWRITEBYTECODE

# The version of pyright is locked; without this it asks the network whether there is a newer one.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.DEFAULT_GOAL := help
KILLS ?= 200
SECONDS ?= 60

# The tests that cover delivery, store, clock and domain best. Measuring makes the bot half as fast, so `test` does not.
MEASURED := $(wildcard $(addprefix tests/e2e/test_,rehearsal.py storage.py process.py announcements.py breakouts.py \
	changes.py chatham.py closing.py digest.py direct_messages.py disorder.py downtime.py follow_ups.py lasting_trouble.py \
	note_cards.py questions.py reviews.py rooms.py run_of_show.py scheduled_events.py setup.py shell.py)) \
	tests/test_clock.py tests/messages/test_agenda_changes.py tests/messages/test_announcements.py tests/store tests/domain tests/jobs
PYTEST := .venv/bin/python -m pytest --quiet -n 4 --dist worksteal

.PHONY: help rehearse crash fuzz bench test coverage check i18n docs pictures fix lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

rehearse: .venv/.ready ## run a workshop on a simulated Discord: no token, no network (ARGS="--help" for more)
	@.venv/bin/plenary rehearse $(ARGS)

crash: .venv/.ready ## kill the bot 200 times in a workshop (KILLS=2000), and at every commit and request of one day
	@mkdir -p crash
	@.venv/bin/python -m tests.crash >crash/points.txt 2>&1 & points=$$!; \
	.venv/bin/plenary rehearse --kill $(KILLS) --seed 1 --out crash; kills=$$?; \
	wait $$points; points=$$?; cat crash/points.txt; exit $$((kills + points))

fuzz: .venv/.ready ## try broken schedule files on each importer, for a minute each (SECONDS=600)
	@PLENARY_FUZZ_SECONDS=$(SECONDS) .venv/bin/python -m pytest --quiet --capture=no -k broken_file tests/importing/test_fuzz.py

bench: .venv/.ready ## measure against a bare bot, sqlite3 and bare writers, in 15 min (ARGS="storm --pairs 5" for some)
	@.venv/bin/python -m tests.bench $(ARGS)

test: .venv/.ready ## run the tests (ARGS="-k agenda" for some of them)
ifdef ARGS
	@$(PYTEST) $(ARGS)
else
	@$(PYTEST) -m 'not long'
	@echo 'Left out: the rehearsal of the whole example. `make rehearse` runs it, and `make coverage` tests what it leaves.'
endif

coverage: .venv/.ready ## run the tests of the core and the long ones, and report the branch coverage of the core
	@$(PYTEST) $(MEASURED) --cov
	@.venv/bin/python tests/coverage_of_the_core.py

clients: .venv/.ready ## try discord.js and hikari on the simulated Discord; fetches them, as locked, into .cache/clients
	@mkdir -p .cache/clients && cp tests/clients/package*.json .cache/clients
	@command -v npm >/dev/null || apt-get install -y -qq npm >/dev/null 2>&1 || echo 'npm cannot be installed: discord.js is left out.'
	@! command -v npm >/dev/null || npm ci --prefix .cache/clients --ignore-scripts --no-audit --no-fund --silent
	@test -x .cache/clients/venv/bin/python || .venv/bin/python -m venv .cache/clients/venv
	@.cache/clients/venv/bin/python -m pip -qq --disable-pip-version-check install --require-hashes -r tests/clients/hikari.lock
	@NODE_PATH=.cache/clients/node_modules .venv/bin/python -m tests.clients

check: .venv/.ready ## lint, format, who imports whom, and types, as CI sees them
	@.venv/bin/ruff check --quiet
	@.venv/bin/ruff format --check --quiet
	@.venv/bin/lint-imports --config pyproject.toml >.lint-imports 2>&1 || { cat .lint-imports; exit 1; }
	@.venv/bin/pyright

docs: .venv/.ready ## build the documentation as a website in site/; a dead link, command, setting or key is an error
	@NO_COLOR=1 .venv/bin/zensical build --clean --strict
	@.venv/bin/python -m pytest --quiet tests/meta/test_documents.py

pictures: .venv/.ready ## take the pictures in docs/pictures from a rehearsal; needs Chromium
	@.venv/bin/python -m tests.pictures docs/pictures

i18n: .venv/.ready ## write keys, translators' comments and references into config/locales, from the code
	@UPDATE_CATALOGUES=1 .venv/bin/python -m pytest --quiet -p no:cacheprovider -k "make_i18n_writes_it or every_key_has_a_place" tests/meta/test_catalogues.py

fix: .venv/.ready ## let ruff fix what it can, and format
	@.venv/bin/ruff check --fix --quiet || true
	@.venv/bin/ruff format

lock: .venv/.ready ## write both lock files from pyproject.toml (ARGS=--upgrade for newer versions)
	@$(COMPILE) $(ARGS) pyproject.toml --output-file requirements.lock
	@$(COMPILE) $(ARGS) pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean: ## remove .venv, caches and everything built
	@rm -rf .venv build dist site htmlcov .hypothesis .pytest_cache .ruff_cache .coverage .coverage.* *.egg-info
	@find bot cogs config tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.ready: requirements-dev.lock pyproject.toml
	@"$(PYTHON)" -c '$(RUNS)' >/dev/null 2>&1 || { \
		echo 'Plenary needs Python 3.11 or newer with its venv module (Debian, Ubuntu: apt install python3-venv).' >&2; \
		echo 'If you have one under another name: make PYTHON=/path/to/python' >&2; exit 1; }
	@echo "Preparing .venv with $$('$(PYTHON)' --version)"
	@'$(PYTHON)' -m venv .venv
	@# The lock names everything. Left to resolve by itself, pip takes a newer coverage for pytest-cov's coverage[toml].
	@$(PIP) install --require-hashes --no-deps -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

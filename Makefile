# Needs Python 3.11 or newer, and nothing else; uv is used when it is there.
# Everything is installed into .venv, from requirements.lock, with hashes.

BIN := .venv/bin
# Three processes, because one of them mostly waits for programs it has started; what stays together in one of
# them, and comes first, says tests/conftest.py.
PYTEST_OPTIONS ?= -n 3 --dist loadgroup --no-loadscope-reorder

# uv trusts what the system trusts, where that is known: some networks have an authority of their own.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export UV_SYSTEM_CERTS := true
endif

# Whatever the machine prefers: what was compiled is kept. Tests start hundreds of programs, and compiling takes each
# of them longer than all else it does before it is ready.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install up test check fresh style types floors needs house coverage mutants bench powercut chaos chaos-long revocations every-bit thorough screenshots fmt lock clean

help: ## say what can be made
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile

install: ## bring .venv to what requirements.lock says
	@.ci/install

up: install ## start everything, with a demonstration organisation
	$(BIN)/accede up --demo

test: install ## run the tests; PYTEST_OPTIONS="-k word" for some of them
	@.ci/debian
	@.ci/node
	$(BIN)/pytest $(PYTEST_OPTIONS)

CHECKS := fresh style types floors needs house
check: $(CHECKS) ## everything below; with make -k, all that is wrong at once

fresh: install ## does the lock say what pyproject.toml asks for
	$(BIN)/python .ci/lock.py check

style: install ## ruff: rules and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: install ## mypy, strict
	$(BIN)/mypy

floors: install ## imports only go down
	$(BIN)/lint-imports --no-logo

needs: install ## is every import declared
	$(BIN)/deptry .

house: install ## rules for every file, and complete documentation
	$(BIN)/pytest -q tests/architecture

coverage: install ## branches of domain/ that its tests reach; fails below 95 %
	$(BIN)/pytest $(PYTEST_OPTIONS) -q tests/domain tests/processes --cov=domain --cov-branch --cov-fail-under=95

mutants: install ## does a test notice each small change of domain/; takes hours, and goes on where it stopped
	nice -n 19 $(BIN)/mutmut run --max-children 2
	$(BIN)/mutmut results

bench: install ## measure speed and its floors beside other ways of doing the job; needs a quiet machine for an hour or more
	@.ci/install-peers
	$(BIN)/python -m bench

powercut: install ## cut the power twenty times under load, and see synchronous=NORMAL lose; needs FUSE
	@.ci/debian
	$(BIN)/python -m bench.powercut --prove

chaos: install ## 25 kills and every other fault under load, then planted ones; SEED=… for the same again
	$(BIN)/python -m bench.chaos --timed $(if $(SEED),--seed $(SEED))
	$(BIN)/python -m bench.chaos.trials $(if $(SEED),--seed $(SEED))
	$(BIN)/python -m bench.chaos --prove

chaos-long: install ## 300 kills and 20,000 acts; takes some 25 minutes of a quiet machine
	$(BIN)/python -m bench.chaos --long --timed $(if $(SEED),--seed $(SEED))

revocations: install ## a thousand rights are taken while they are used, on both databases; takes minutes
	REVOCATIONS=1000 $(BIN)/pytest -n 0 -q --timeout 3600 tests/access/test_revoking.py

every-bit: install ## every bit of a log, and of the rows it is kept in, is changed, and found; takes minutes
	EVERY_BIT=1 $(BIN)/pytest -n 0 -q --timeout 3600 tests/services/test_every_bit.py tests/services/test_backups.py \
		tests/domain/test_verifying.py

thorough: install ## many more random histories and generated requests, every scenario rehearsed, every page in all its looks, every route and page as everybody on both databases; takes an hour
	@.ci/debian
	@.ci/node
	THOROUGH=1 $(BIN)/pytest $(PYTEST_OPTIONS) -q --timeout 3600 tests/domain tests/processes tests/api/test_schema.py \
		tests/journeys/test_rehearsals.py tests/web/test_in_a_browser.py tests/access/test_pages.py \
		tests/access/test_table.py

screenshots: install ## a picture of every page in every look, in screenshots/; WORD=inbox for some of them, WORD=README for the six there
	@.ci/debian
	$(BIN)/python -m tests.web.screenshots screenshots $(WORD)

fmt: install ## format, and mend what can be mended
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lock: ## resolve again; UPGRADE=1 to take newer versions
	@if [ -x $(BIN)/python ]; then python=$(BIN)/python; else python=$${PYTHON:-python3}; fi; \
	$$python .ci/lock.py write $(if $(UPGRADE),--upgrade)

clean: ## remove what was installed and generated, never data
	rm -rf .venv .venv.lock .venv-peers tests/oidc/node_modules tests/web/node_modules build *.egg-info mutants htmlcov .coverage .coverage.* .hypothesis
	rm -rf .cache .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -not -path './node_modules/*' -prune -exec rm -rf {} +

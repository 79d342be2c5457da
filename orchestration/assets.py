"""The public tables as Dagster assets, and the checks of what is published. Whatever is selected, the refresh publishes safely."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckKey,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetMaterialization,
    Config,
    Failure,
    MaterializeResult,
    ResourceParam,
    multi_asset,
    multi_asset_check,
)
from pydantic import Field

from orchestration import outcome
from orchestration.alive import declared_alive, fail_dead_runs
from orchestration.catalog import TESTS_CHECK, key_of, name_of, table_specs, test_specs, tests_of_tables
from orchestration.checks import CHECKS
from orchestration.errors import WinbackError
from orchestration.metadata import table_metadata, table_of
from orchestration.refreshers import Refresher
from orchestration.request import Request
from orchestration.results import RefreshFailed, Result
from orchestration.settings import load_settings
from orchestration.summary import Published
from orchestration.warehouses import Reader, warehouse_of


class RefreshConfig(Config):
    """Options of one refresh."""

    as_of: str | None = Field(default=None, description="The last date counted, YYYY-MM-DD; by default the last one over in every business's zone.")
    full: bool = Field(default=False, description="Derive everything from the landed rows again, instead of what has changed since the last refresh.")
    reland: bool = Field(default=False, description="Forget the landed rows, and read the whole landing again.")
    allow_future: bool = Field(default=False, description="Count to the given date even where it is not over yet in every business's zone.")


# There is no retry policy: Dagster would treat an interrupt as a failure to retry. The refresh itself retries transient failures.
@multi_asset(name="warehouse", specs=table_specs(), check_specs=test_specs(), can_subset=True)
def warehouse(context: AssetExecutionContext, config: RefreshConfig, refresher: ResourceParam[Refresher]) -> Iterator[Any]:
    """Build the tables in a copy of the warehouse, test them, and publish the copy."""
    with _clear_endings(), declared_alive(context.instance, context.run_id):
        fail_dead_runs(context.instance, context.log.info)
        tables = sorted(key.path[-1] for key in context.selected_asset_keys) if context.is_subset else ()
        try:
            result = refresher.refresh(Request(**config.model_dump()), context.log.info, context.run_id, tables)
        except RefreshFailed as failed:
            yield from _tested(failed, context)
            raise
        for table, files in result.new_files:
            context.log_event(AssetMaterialization(asset_key=["landing", table], metadata={"new files": files}))
        yield from _materialized(result, context)
        yield from _tested(result, context)


@multi_asset_check(
    name="checks", specs=[AssetCheckSpec(check.name, asset=["winback", check.table], description=check.description) for check in CHECKS], can_subset=True
)
def checks(context: AssetCheckExecutionContext, refresher: ResourceParam[Refresher]) -> Iterator[AssetCheckResult]:
    """Compare the published tables with their own past, with the landing, and with the calendar."""
    with _clear_endings("What is published could not be checked. "):
        load_settings()
        for key in sorted(context.selected_asset_check_keys):
            (check,) = (check for check in CHECKS if (check.name, check.table) == (key.name, key.asset_key.path[-1]))
            warnings, figures = refresher.findings(check, context.log.info)
            for warning in warnings:
                context.log.warning(warning)
            yield AssetCheckResult(
                asset_key=key.asset_key,
                check_name=key.name,
                passed=not warnings,
                severity=AssetCheckSeverity.WARN,
                description="\n".join(warnings) or None,
                metadata={"figures": table_of(figures)} if figures else {},
            )


@contextmanager
def _clear_endings(what: str = "") -> Iterator[None]:
    """Let a failure inside end the run with its message: without a traceback, unless it is a fault of ours."""
    try:
        yield
    except WinbackError as error:
        raise Failure(description=f"{what}{error}", allow_retries=False) from error.__cause__
    except BaseException as error:
        if not outcome.is_stop(error):
            raise
        raise Failure(description=outcome.words(), allow_retries=False) from None


def _materialized(result: Result, context: AssetExecutionContext) -> Iterator[MaterializeResult]:
    """Report the public tables that the refresh has built, with their figures."""
    built = (key_of(node.unique_id) for node in result.nodes if node.status == "success" and node.unique_id.startswith("model."))
    keys = [key for key in built if key in context.selected_asset_keys]
    if keys:
        with warehouse_of(load_settings()).reader() as reader:
            published = Published(reader)
            for key in keys:
                yield MaterializeResult(asset_key=key, metadata=_figures(key.path[-1], reader, published, context))


def _figures(table: str, reader: Reader, published: Published, context: AssetExecutionContext) -> dict[str, Any]:
    """Return a table's figures. It is published: if they cannot be read, a warning says so."""
    try:
        return table_metadata(table, reader, published)
    except Exception as error:
        if outcome.is_stop(error):
            raise
        context.log.warning(f"The figures of {table} could not be read: {type(error).__name__}: {error}.")
        return {}


def _tested(end: Result | RefreshFailed, context: AssetExecutionContext) -> Iterator[AssetCheckResult]:
    """Report for each public table whether its dbt tests passed, and the rules that are broken."""
    statuses = {node.unique_id: node.status for node in end.nodes}
    for table, tests in tests_of_tables().items():
        ran = [test for test in tests if statuses.get(test) in ("pass", "fail", "error")]
        failed = [name_of(test) for test in ran if statuses[test] != "pass"]
        if ran and AssetCheckKey(key_of(table), TESTS_CHECK) in context.selected_asset_check_keys:
            rules = [rule for rule in getattr(end, "broken_rules", ()) if rule.startswith(f"{name_of(table)}: ")]
            yield AssetCheckResult(
                asset_key=key_of(table),
                check_name=TESTS_CHECK,
                passed=not failed,
                description="\n".join(rules or failed) or None,
                metadata={"tests": len(ran), "failed": len(failed)},
            )

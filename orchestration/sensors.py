"""Sensors: one starts a refresh when files arrive, one reports failed runs."""

import hashlib
import json
import os
from pathlib import Path

from dagster import (
    DefaultSensorStatus,
    RunFailureSensorContext,
    RunRequest,
    RunsFilter,
    SensorDefinition,
    SensorEvaluationContext,
    SkipReason,
    run_failure_sensor,
    sensor,
)

from orchestration.alive import UNDER_WAY, fail_dead_runs
from orchestration.errors import WinbackError
from orchestration.landing.files import find_files
from orchestration.notifications import failure_words, notify
from orchestration.published_state import last_refresh
from orchestration.settings import load_settings, target
from orchestration.warehouses import warehouse_of


def sensors() -> list[SensorDefinition]:
    """Return the sensors of this engine. On a server there is none for new rows, because tables do not show whether rows have come.

    Returns:
        The definitions.
    """
    return [new_files, failures] if target() == "duckdb" else [failures]


@sensor(
    job_name="refresh",
    minimum_interval_seconds=30,
    default_status=DefaultSensorStatus.STOPPED,
    description="Starts a refresh when files have landed that no refresh has read, once they have not changed from one look to the next.",
)
def new_files(context: SensorEvaluationContext) -> RunRequest | SkipReason:
    """Look at the landing. The cursor keeps its last fingerprint, and the last one that was found fully read or led to a request.

    Args:
        context: the Dagster context.

    Returns:
        A request for a refresh, or why there is none.
    """
    try:
        settings = load_settings()
        look = _look(settings.landing)
        last = json.loads(context.cursor or "{}")
        context.update_cursor(json.dumps({**last, "seen": look}))
        if look == last.get("done"):
            return SkipReason("No file has changed since the last look that led to a refresh or found all files read.")
        if look != last.get("seen"):
            return SkipReason("Files are new or still being written: they are read once they do not change from one look to the next.")
        fail_dead_runs(context.instance)
        if context.instance.get_runs(filters=RunsFilter(statuses=UNDER_WAY), limit=1):
            return SkipReason("A run is under way; the landing is looked at again when it is done.")
        warehouse = warehouse_of(settings)
        landing, refreshed = warehouse.find_landing(), last_refresh(warehouse)
        files = landing.files if landing else ()
        unread = refreshed.not_read(files) if refreshed else files
    except WinbackError as error:
        return SkipReason(f"The landing cannot be looked at: {error}")
    context.update_cursor(json.dumps({"seen": look, "done": look}))
    if not unread:
        return SkipReason("All files that are there have been read.")
    return RunRequest(run_key=look, tags={"winback/new_files": str(len(unread))})


def _look(landing: Path) -> str:
    """Compute a fingerprint that changes when a file grows or is replaced, without reading files."""
    digest = hashlib.blake2b(digest_size=16)
    for file in find_files(landing).files:
        try:
            found = file.path.stat()
        except FileNotFoundError:
            continue  # moved away meanwhile: the next look will notice
        digest.update(os.fsencode(file.path) + f"\0{found.st_size}\0{found.st_mtime_ns}\0".encode())
    return digest.hexdigest()


@run_failure_sensor(
    name="failures",
    minimum_interval_seconds=30,
    default_status=DefaultSensorStatus.RUNNING,
    description="Tells of a failed run by the webhook or e-mail that the environment names (WINBACK_WEBHOOK_URL, WINBACK_SMTP_*).",
)
def failures(context: RunFailureSensorContext) -> SkipReason | None:
    """Notify of one failed run.

    Args:
        context: the Dagster context of that run.

    Returns:
        Why no notification was sent, if so.

    Raises:
        WinbackError: a channel is configured but failed.
    """
    steps = context.get_step_failure_events()
    own = [event.step_failure_data.user_failure_data for event in steps]
    message = next((data.description for data in own if data and data.description), context.failure_event.message or "")
    try:
        told = notify(*failure_words(context.dagster_run.run_id, message))
    except WinbackError as error:
        context.log.error(f"The failure of run {context.dagster_run.run_id} could not be reported. {error}")  # noqa: TRY400 - it has no traceback to show
        raise
    if not told:
        return SkipReason("The run failed, and no channel is configured to report it: WINBACK_WEBHOOK_URL or WINBACK_SMTP_HOST.")
    context.log.info(f"Reported the failure of run {context.dagster_run.run_id} by {' and '.join(told)}.")
    return None

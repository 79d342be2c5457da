"""What `dagster dev` loads: the assets and their checks, the refresh job, its schedule and sensors, and the failure notifications."""

import os

from dagster import AssetSelection, DefaultScheduleStatus, Definitions, ResourceDefinition, ScheduleDefinition, define_asset_job

from orchestration.assets import checks, warehouse
from orchestration.catalog import landing_specs
from orchestration.pulls import pull_assets
from orchestration.refreshers import Refreshing
from orchestration.sensors import sensors

refresh_job = define_asset_job(
    "refresh",
    selection=AssetSelection.assets(warehouse),
    description="Build every table from the landing, test them, and publish them in one step.",
)

pulls = pull_assets()
pull_and_refresh_job = define_asset_job(
    "pull_and_refresh",
    selection=AssetSelection.assets(warehouse, *pulls),
    description="Pull the connections that are pulled, then refresh. A pull that fails ends the run before the refresh.",
)

nightly = ScheduleDefinition(
    name="nightly",
    job=pull_and_refresh_job if pulls else refresh_job,
    cron_schedule="0 2 * * *",
    execution_timezone=os.environ.get("WINBACK_SCHEDULE_TIMEZONE", "UTC"),
    default_status=DefaultScheduleStatus.RUNNING,
    description="Every night at 02:00; WINBACK_SCHEDULE_TIMEZONE says where.",
)

defs = Definitions(
    assets=[*landing_specs(), *pulls, warehouse],
    asset_checks=[checks],
    jobs=[refresh_job, pull_and_refresh_job] if pulls else [refresh_job],
    schedules=[nightly],
    sensors=sensors(),
    resources={"refresher": ResourceDefinition.hardcoded_resource(Refreshing())},
)

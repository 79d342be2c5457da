"""The sensors, evaluated like Dagster's daemon does: on real files, real runs and a real web server."""

import json
import os
from pathlib import Path

import pytest
from dagster import DagsterInstance, DagsterRunStatus, RunRequest, SkipReason, build_sensor_context

import warm
from orchestration.alive import declared_alive
from projects import Project
from test_notifications import Hook, hook  # noqa: F401

# Runs in a copy of the project: a refresh that fails, then the result of the failure sensor.
FAIL_AND_LOOK = """
import json
from dagster import DagsterInstance, build_sensor_context
from orchestration.definitions import defs
from orchestration.sensors import failures

with DagsterInstance.ephemeral() as instance:
    sensor = defs.resolve_sensor_def("failures")
    repository = defs.get_repository_def()
    first = sensor.evaluate_tick(build_sensor_context(instance=instance, repository_def=repository))
    result = defs.resolve_job_def("refresh").execute_in_process(instance=instance, raise_on_error=False)
    tick = sensor.evaluate_tick(build_sensor_context(instance=instance, repository_def=repository, cursor=first.cursor))
    reaction = tick.dagster_run_reactions[0] if tick.dagster_run_reactions else None
    error = str(reaction.error) if reaction and reaction.error else None
    print("RESULT" + json.dumps({"run": result.run_id, "success": result.success, "skipped": tick.skip_message, "error": error}))
"""


class Ticks:
    """One sensor, evaluated repeatedly."""

    def __init__(self, instance: DagsterInstance) -> None:
        self.instance, self.cursor = instance, None

    def tick(self) -> RunRequest | SkipReason:
        from orchestration.sensors import new_files

        context = build_sensor_context(instance=self.instance, cursor=self.cursor)
        answer = new_files(context)
        self.cursor = context.cursor
        return answer

    def skipped(self) -> str:
        answer = self.tick()
        assert isinstance(answer, SkipReason), answer
        return answer.skip_message


def here(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINBACK_LANDING", str(project.landing))
    monkeypatch.setenv("WINBACK_WAREHOUSE", str(project.warehouse))


def write(path: Path, text: str, second: int) -> None:
    """Write a file with a given modification time, however coarse the file system's clock."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (1_750_000_000 + second,) * 2)


def test_files_are_asked_for_once_when_they_are_new_and_whole(toy: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    here(toy, monkeypatch)
    header, row, *_ = (toy.landing / "events.csv").read_text().splitlines()
    with DagsterInstance.ephemeral() as instance:
        ticks = Ticks(instance)
        assert "still being written" in ticks.skipped()
        assert ticks.skipped() == "All files that are there have been read."
        assert "No file has changed" in ticks.skipped()

        # The same bytes, delivered again under the same name, then under another.
        write(toy.landing / "events.csv", (toy.landing / "events.csv").read_text(), 1)
        assert "still being written" in ticks.skipped()
        assert ticks.skipped() == "All files that are there have been read."
        (toy.landing / "events").mkdir()
        (toy.landing / "events.csv").rename(toy.landing / "events" / "moved.csv")
        assert "still being written" in ticks.skipped()
        assert ticks.skipped() == "All files that are there have been read."

        new = toy.landing / "events" / "new.csv"
        write(new, header + "\n", 2)
        assert "still being written" in ticks.skipped()
        write(new, header + "\n" + row.replace("e001", "e_new") + "\n", 3)
        assert "still being written" in ticks.skipped()
        run = instance.create_run_for_job(a_job(), status=DagsterRunStatus.STARTED)
        assert "A run is under way" in ticks.skipped(), "nobody knows whether it lives"
        with declared_alive(instance, run.run_id):
            assert "A run is under way" in ticks.skipped()
        # What a killed process leaves: its lock file, unlocked.
        (Path(instance.root_directory) / "winback_runs" / f"{run.run_id}.lock").touch()
        request = ticks.tick()
        assert isinstance(request, RunRequest) and request.tags == {"winback/new_files": "1"}
        assert instance.get_run_by_id(run.run_id).status == DagsterRunStatus.FAILURE
        assert "No file has changed" in ticks.skipped(), "a refresh that fails is not asked for again and again"

        write(new, header + "\n" + row.replace("e001", "e_newer") + "\n", 4)
        assert "still being written" in ticks.skipped()
        again = ticks.tick()
        assert isinstance(again, RunRequest) and again.run_key != request.run_key


def a_job():
    from orchestration.definitions import defs

    return defs.resolve_job_def("refresh")


def test_before_anything_is_published_every_file_is_new_and_a_missing_landing_is_said(bare_toy: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    here(bare_toy, monkeypatch)
    with DagsterInstance.ephemeral() as instance:
        ticks = Ticks(instance)
        ticks.skipped()
        assert f"There is no landing at {bare_toy.landing}" in ticks.skipped()
        write(bare_toy.landing / "events.csv", "event_id\n", 1)
        ticks.skipped()
        assert isinstance(ticks.tick(), RunRequest)


def fail(project: Project) -> dict:
    done = warm.run(["-c", FAIL_AND_LOOK], project.folder, project.env())
    line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT")), None)
    assert line, done.stderr
    return {**json.loads(line.removeprefix("RESULT")), "log": done.stderr + done.stdout}


def test_a_failed_run_is_told_of(bare_toy: Project, hook: Hook) -> None:  # noqa: F811
    bare_toy.environment["WINBACK_WEBHOOK_URL"] = hook.url()
    found = fail(bare_toy)
    ((_, body),) = hook.taken
    assert not found["success"] and "There is no landing at" in body["text"] and f"See run {found['run']} in Dagster." in body["text"]


def test_a_failure_that_cannot_be_told_is_in_the_log(bare_toy: Project, hook: Hook) -> None:  # noqa: F811
    bare_toy.environment["WINBACK_WEBHOOK_URL"] = hook.url(503)
    found = fail(bare_toy)
    assert "The failure of run" in found["log"] and "it answered 503" in found["error"] and "a-secret" not in found["log"] + found["error"]


def test_without_a_channel_the_sensor_says_so(bare_toy: Project) -> None:
    assert "no channel is configured to report it" in fail(bare_toy)["skipped"]

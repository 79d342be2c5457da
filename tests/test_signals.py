"""Ctrl-C and SIGTERM: a refresh stops within seconds, with a message and the usual shell exit code, and is not restarted."""

import signal
import subprocess
import sys

import pytest
from dagster import DagsterInstance, DagsterRunStatus
from filelock import FileLock

from dagster_instance import instance_of, make_home
from projects import Project
from test_notifications import Hook, hook  # noqa: F401
from waiting import wait_for, wait_for_line

NOTHING = "Nothing was published: the tables of the last good refresh are unchanged."
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
NAMES = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}


def starts_of_last_run(instance: DagsterInstance) -> tuple[DagsterRunStatus, int]:
    """Return how the last run ended, and how often its refresh was started."""
    (run,) = instance.get_runs(limit=1)
    events = [entry.dagster_event.event_type_value for entry in instance.all_logs(run.run_id) if entry.dagster_event]
    assert "STEP_UP_FOR_RETRY" not in events and "STEP_RESTARTED" not in events
    return run.status, events.count("STEP_START")


@pytest.mark.parametrize("number", list(CODES), ids=lambda number: number.name)
def test_before_anything_is_imported(bare_toy: Project, number: signal.Signals) -> None:
    """As the command begins, and also while Dagster is being imported."""
    send = f"import os, sys, orchestration.outcome; sys.modules['orchestration.cli'] = None; os.kill(os.getpid(), {int(number)})"
    program = f"from orchestration.outcome import ending_in_words\nwith ending_in_words():\n    exec({send!r})"
    done = subprocess.run([sys.executable, "-c", program], cwd=bare_toy.folder, env=bare_toy.env(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (CODES[number], f"winback: Stopped by {NAMES[number]}. {NOTHING}\n")
    process = bare_toy.start("refresh")
    wait_for_line("Starting the refresh.", process)
    process.send_signal(number)
    _, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (CODES[number], f"winback: Stopped by {NAMES[number]}. {NOTHING}\n")


@pytest.mark.parametrize("opened", ["outcome.interruptible(connection.interrupt)", "contextlib.nullcontext()"], ids=["broken off", "left behind"])
def test_a_query_without_end_is_no_reason_to_stay(bare_toy: Project, opened: str) -> None:
    """Python's own handlers would wait for it."""
    program = f"""
import contextlib, os, threading, duckdb
from orchestration import outcome
outcome.PATIENCE = 0.5
with outcome.ending_in_words(), duckdb.connect() as connection, {opened}:
    threading.Timer(0.5, os.kill, (os.getpid(), {int(signal.SIGTERM)})).start()
    connection.execute("select count(*) from range(1000000000) as a, range(1000000) as b where hash(a.range * b.range) = 3").fetchall()
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=bare_toy.folder, env=bare_toy.env(), capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (143, f"winback: Stopped by SIGTERM. {NOTHING}\n")


def test_what_is_cut_short_complains_to_nobody(bare_toy: Project) -> None:
    """For example dagster-dbt while it reads dbt's output, if a signal comes between two lines."""
    program = f"""
import os
from orchestration.outcome import ending_in_words

def lines():
    try:
        yield
    except:
        yield

def read():
    for _ in lines():
        os.kill(os.getpid(), {int(signal.SIGTERM)})

with ending_in_words():
    read()
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=bare_toy.folder, env=bare_toy.env(), capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (143, f"winback: Stopped by SIGTERM. {NOTHING}\n")


@pytest.mark.parametrize("number", list(CODES), ids=lambda number: number.name)
def test_while_it_waits_and_while_dbt_runs(toy: Project, hook: Hook, monkeypatch: pytest.MonkeyPatch, number: signal.Signals) -> None:  # noqa: F811
    toy.environment |= {"WINBACK_RETRIES": "2", "WINBACK_RETRY_SECONDS": "0", "WINBACK_WEBHOOK_URL": hook.url()}
    make_home(toy.recorded())
    before = toy.warehouse.read_bytes()
    with FileLock(toy.warehouse.with_name("warehouse.duckdb.lock")):
        waiting = toy.start("refresh", "--as-of", "2025-07-01")
        wait_for_line("Waiting for", waiting)
        waiting.send_signal(number)
        _, err = waiting.communicate(timeout=120)
    assert (waiting.returncode, err) == (CODES[number], f"winback: Stopped by {NAMES[number]}. {NOTHING}\n")

    toy.land_more(customer="never ends")
    building = toy.start("refresh", "--as-of", "2025-07-01")
    wait_for(lambda: [path for build in toy.builds() for path in build.glob("target/*")], building)
    building.send_signal(number)
    _, err = building.communicate(timeout=120)
    assert building.returncode == CODES[number] and err.endswith(f"winback: Stopped by {NAMES[number]}. {NOTHING}\n") and "Traceback" not in err, err
    assert toy.builds() == [] and toy.warehouse.read_bytes() == before
    with instance_of(toy, monkeypatch) as instance:
        wait_for(lambda: instance.get_runs(limit=1) and instance.get_runs(limit=1)[0].is_finished)  # its recorder outlives the refresh
        assert starts_of_last_run(instance) == (DagsterRunStatus.FAILURE, 1)
    # The user who presses Ctrl-C knows; the person who reads a service's log the day after does not.
    assert [body["text"].splitlines()[0] for _, body in hook.taken] == ([] if number == signal.SIGINT else [f"Winback: the refresh failed. Stopped by SIGTERM. {NOTHING}"] * 2)


def test_after_publishing_it_says_that_the_tables_stand(toy: Project, hook: Hook) -> None:  # noqa: F811
    toy.environment["WINBACK_WEBHOOK_URL"] = hook.url()
    toy.stay_after_publishing()
    before = toy.warehouse.stat().st_ino
    process = toy.start("refresh", "--as-of", "2025-07-01")
    wait_for(lambda: toy.warehouse.stat().st_ino != before, process)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 143 and "winback: Stopped by SIGTERM, after the refresh was published: its tables stand." in err and "Traceback" not in err, err
    assert toy.query("select max(as_of_date)::varchar from winback.refreshes") == [("2025-07-01",)]
    assert toy.builds() == [] and hook.taken == []


def test_a_run_that_is_terminated_in_dagster_is_not_started_again(toy: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its process receives an interrupt, and passes it on to the process of the step."""
    command = [sys.executable, "-m", "dagster", "job", "execute", "-m", "orchestration.definitions", "-j", "refresh"]
    environment = toy.env(WINBACK_RETRIES="2", WINBACK_RETRY_SECONDS="0")
    make_home(toy)
    with FileLock(toy.warehouse.with_name("warehouse.duckdb.lock")):
        process = subprocess.Popen(command, cwd=toy.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        wait_for_line("Waiting for", process)
        with instance_of(toy, monkeypatch) as instance:
            (run,) = instance.get_runs(limit=1)
            instance.report_run_canceling(run)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)
    with instance_of(toy, monkeypatch) as instance:
        assert starts_of_last_run(instance) == (DagsterRunStatus.CANCELED, 1)

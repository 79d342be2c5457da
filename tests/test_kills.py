"""Refreshes that are really killed, at random moments over growing landings, with a reader running all the time.

More or other kills by environment variable: `KILLS=200 KILLS_SEED=7 python -m pytest -n 0 -m slow tests/test_kills.py`.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest

from projects import GOLDEN, GOLDEN_AS_OF, Project, copy_toy
from warehouses import differences

KILLS = int(os.environ.get("KILLS", "25"))
SEED = int(os.environ.get("KILLS_SEED", "1"))

# True only of a complete refresh: rows, stocks and states of the same run.
WHOLE = """
    select
        (select rows_landed from winback.refreshes order by refresh_id desc limit 1)
            = (select count(*) from winback_internal.landed_events) + (select count(*) from winback_internal.landed_customer_merges),
        (select count(*) from winback.lifecycle_states where valid_to is null and state = 'active')
            = (select coalesce(sum(closing_active), 0) from winback.fct_lifecycle
                where period_grain = 'day' and segment = 'all' and period_start = (select max(as_of_date) from winback.dim_business)),
        (select count(*) from winback.lifecycle_states) = (select count(*) from winback.lifecycle_transitions)
"""


class Reader(threading.Thread):
    """Opens the published file repeatedly, like BI tools."""

    def __init__(self, warehouse: Path):
        super().__init__(daemon=True)
        self.warehouse, self.reads, self.failures, self.stopped = warehouse, 0, [], threading.Event()

    def run(self) -> None:
        while not self.stopped.is_set():
            try:
                with duckdb.connect(str(self.warehouse), read_only=True) as connection:
                    found = connection.execute(WHOLE).fetchone()
                self.reads += 1
                if found != (True, True, True):
                    self.failures.append(f"torn: {found}")
            except duckdb.Error as error:
                self.failures.append(str(error))
            time.sleep(0.05)


def start_apart(project: Project, *arguments: str) -> subprocess.Popen:
    """Start a command in its own process group, so that Python, dbt and their children can be killed together."""
    command = [sys.executable, "-m", "orchestration", *arguments]
    return subprocess.Popen(command, cwd=project.folder, env=project.env(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def landing_in_parts(count: int, dice: random.Random) -> list[tuple[str, list[str]]]:
    """Return the golden rows in this many files, in random order; headers with rows."""
    header, *rows = (GOLDEN / "landing" / "events.csv").read_text().splitlines()
    dice.shuffle(rows)
    return [(header, rows[part::count]) for part in range(count)]


def lands_and_dies(project: Project, whole: Project, kills: int) -> None:
    """Refresh a growing landing, killing each refresh once or more; the result must be as if nothing had happened."""
    dice = random.Random(SEED)
    (project.landing / "events").mkdir(parents=True)
    (project.landing / "customer_merges.csv").write_bytes((GOLDEN / "landing" / "customer_merges.csv").read_bytes())
    parts = landing_in_parts(kills + 1, dice)

    def land(number: int) -> None:
        header, rows = parts[number]
        (project.landing / "events" / f"{number}.csv").write_text("\n".join([header, *rows]) + "\n")

    land(0)
    started = time.monotonic()
    project.refresh()
    usual = time.monotonic() - started  # the first takes longer than incremental ones
    reader = Reader(project.warehouse)
    reader.start()
    killed = published = 0
    for number in range(1, kills + 1):
        land(number)
        while True:  # a refresh that ends before its moment was not killed
            process = start_apart(project, "refresh", "--as-of", GOLDEN_AS_OF)
            try:
                assert process.wait(timeout=dice.uniform(0, 0.8 * usual)) == 0
                published += 1
                with (project.landing / "events" / f"{number}.csv").open("a") as file:
                    file.write(parts[number][1][0] + "\n")
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                killed += 1
                break
    project.refresh()
    reader.stopped.set()
    reader.join()
    print(f"{killed} kills within {usual:.0f} s each, {published} refreshes done in between, {reader.reads} reads")
    assert killed == kills and reader.reads > kills
    assert reader.failures == []
    assert differences(project.warehouse, whole.warehouse) == []
    assert project.builds() == []


@pytest.mark.parametrize("kills", [1, pytest.param(KILLS, marks=pytest.mark.slow)])
def test_kills_at_random_moments_lose_nothing_and_show_nobody_half_a_refresh(project: Project, golden: Project, kills: int) -> None:
    lands_and_dies(project, golden, kills)


def test_the_same_of_more_kills_on_the_toy_project(published_toy: Project, tmp_path: Path) -> None:
    toy = copy_toy(tmp_path / "toy")
    toy.use_seeds(GOLDEN)
    lands_and_dies(toy, published_toy, 6)


@pytest.fixture
def small_disk(tmp_path: Path):
    """A separate file system with room for little more than the published file."""
    folder = tmp_path / "small_disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", str(folder)], capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"a small file system needs the right to mount one: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_publishes_nothing_and_loses_nothing(toy: Project, small_disk: Path) -> None:
    warehouse = small_disk / "warehouse.duckdb"
    warehouse.write_bytes(toy.warehouse.read_bytes())
    toy.warehouse = warehouse
    before = warehouse.read_bytes()
    with (toy.landing / "events.csv").open("a") as file:
        file.write("new,shop,new,order,2025-06-01T12:00:00Z,5,USD,,,,,2025-06-02T00:00:00Z\n")
    room = small_disk / "room"
    states = "select count(*) from winback.lifecycle_states"
    ((count,),) = toy.query(states)
    free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
    for left in (2 << 20, len(before) + (1 << 20), len(before) + (4 << 20)):
        room.write_bytes(bytes(max(free - left, 0)))
        message = toy.refused("refresh", "--as-of", GOLDEN_AS_OF)
        assert "Nothing was published" in message and ("No space left" in message or "could not write" in message.lower()), message
        assert warehouse.read_bytes() == before and toy.query(states) == [(count,)]
        assert toy.builds() == []
    room.unlink()
    toy.refresh()
    assert toy.query(states) == [(count + 1,)]

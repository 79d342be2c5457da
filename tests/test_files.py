"""Files beside the published one: access rights, links, which files may be removed, and a file that was not closed."""

import fcntl
import json
import os
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import duckdb
import pytest

from orchestration.dbt_project import ensure_manifest
from orchestration.errors import WinbackError
from orchestration.files import replace_file
from orchestration.outcome import has_published
from orchestration.warehouses.builds import MARK, Builds
from orchestration.warehouses.duckdb_file import DuckDBFile
from projects import ROOT, Project
from test_kills import small_disk  # noqa: F401

IS_ROOT = os.geteuid() == 0


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def publish(warehouse: DuckDBFile) -> list[str]:
    """Run a refresh without dbt: make a copy and publish it. Return its log."""
    told: list[str] = []
    run = str(uuid4())
    with warehouse.refresh_lock(run, 1, told.append):
        build = warehouse.start(run, [], [], None)
        build.copying.result()
        warehouse.publish(build, told.append)
        warehouse.clear(run)
    return told


@pytest.fixture
def database(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    with duckdb.connect(str(tmp_path / "data" / "real.duckdb")) as connection:
        connection.execute("create table x as select 1 as y")
    return tmp_path / "data" / "real.duckdb"


def test_what_a_refresh_makes_is_not_for_others_to_read(golden: Project) -> None:
    made = [golden.warehouse, golden.warehouse.with_name("warehouse_report.html"), golden.warehouse.with_name("warehouse.duckdb.lock"), golden.warehouse.parent / "build"]
    assert [path.name for path in made if mode(path) & 0o007] == []


@pytest.mark.parametrize("of", [0o600, 0o664, 0o444])
def test_mode_owner_and_link_survive(database: Path, tmp_path: Path, of: int) -> None:
    database.chmod(of)
    if IS_ROOT:
        os.chown(database, 12_345, 23_456)
    link = tmp_path / "linked.duckdb"
    link.symlink_to(database)
    before = database.stat()
    warehouse = DuckDBFile(link, tmp_path)
    assert (warehouse.lock_file, warehouse.builds) == (DuckDBFile(database, tmp_path).lock_file, Builds(database.parent / "build" / "real.duckdb"))
    assert publish(warehouse) == [] and has_published()
    after = database.stat()
    assert after.st_ino != before.st_ino and (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert link.is_symlink() and link.readlink() == database and sorted(path.name for path in tmp_path.iterdir()) == ["data", "linked.duckdb"]

    report = tmp_path / "report.html"
    report.symlink_to(tmp_path / "data" / "page.html")
    replace_file(report, "one")
    assert mode(report) & 0o007 == 0
    report.chmod(of)
    assert replace_file(report, "two") is None
    assert report.is_symlink() and report.read_text() == "two" and mode(report) == of


@pytest.mark.builds
@pytest.mark.skipif(not IS_ROOT, reason="only root can act as two users")
def test_an_owner_that_cannot_be_kept_is_told() -> None:
    program = (
        "import os, sys; from pathlib import Path; from orchestration.files import replace_file; "
        "os.setgroups([]); os.setgid(34567); os.setuid(34567); print(replace_file(Path(sys.argv[1]), 'x'))"
    )
    with tempfile.TemporaryDirectory() as folder:  # other users may not enter pytest's own folders
        Path(folder).chmod(0o777)
        report = Path(folder) / "report.html"
        report.touch()
        report.chmod(0o640)
        done = subprocess.run([sys.executable, "-c", program, str(report)], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "belonged to user root, group root, and now belongs to user 34567, group 34567" in done.stdout and mode(report) == 0o640


def test_only_what_a_refresh_has_made_is_cleared_away(tmp_path: Path) -> None:
    builds = Builds(tmp_path / "build" / "warehouse.duckdb")
    dead, killed_at_once, stranger, linked = (str(uuid4()) for _ in range(4))
    builds.make(dead)
    (builds.folder / dead / "target").mkdir()
    (builds.folder / dead / "target" / "manifest.json").touch()
    (builds.folder / killed_at_once).mkdir()
    others = [builds.folder / "notes.txt", builds.folder / "mine" / MARK, builds.folder / stranger / "backup.duckdb", tmp_path / "elsewhere" / MARK]
    for path in others:
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (builds.folder / linked).symlink_to(tmp_path / "elsewhere")
    assert builds.left() == sorted([dead, killed_at_once])
    for run in (dead, killed_at_once, stranger, linked, "mine", ".."):
        builds.clear(run)
    assert builds.left() == [] and sorted(path.name for path in builds.folder.iterdir()) == sorted(["notes.txt", "mine", stranger, linked])
    assert all(path.exists() for path in others)


def test_files_that_differ_in_their_ending_do_not_share_a_build(tmp_path: Path) -> None:
    one, other = (DuckDBFile(tmp_path / name, tmp_path) for name in ("a.duckdb", "a.db"))
    run = str(uuid4())
    one.builds.make(run)
    assert one.stale_builds() == [run] and other.stale_builds() == []


@pytest.mark.builds
def test_a_dbt_whose_refresh_was_killed_is_dead_before_its_build_is_cleared(tmp_path: Path) -> None:
    """A dbt process that waits for its copy: an orphan would continue once the copy is gone, and create the folder again."""
    builds, run = Builds(tmp_path / "build"), str(uuid4())
    folder = builds.make(run)
    (folder / "warehouse.duckdb.copying").touch()
    job = {"arguments": [], "variables": {"held": str(folder / MARK), "db_path": str(folder / "warehouse.duckdb")}}
    command = [sys.executable, str(ROOT / "orchestration" / "dbt_runner.py"), str(ensure_manifest().with_name("partial_parse.msgpack")), "duckdb"]
    program = """if True:
        import os, subprocess, sys
        job, *command = sys.argv[1:]
        child = subprocess.Popen([*command, str(os.getpid())], stdin=subprocess.PIPE, text=True)
        print(job, file=child.stdin, flush=True)
        print(child.pid, flush=True)
        child.wait()"""
    parent = subprocess.Popen([sys.executable, "-c", program, json.dumps(job), *command], stdout=subprocess.PIPE, text=True)
    child = Path("/proc", parent.stdout.readline().strip())
    deadline = time.monotonic() + 60
    while not is_held(folder / MARK) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert is_held(folder / MARK), "nobody could wait for it"
    parent.kill()
    parent.wait()
    builds.clear(run)
    state = (child / "stat").read_text().rsplit(")", 1)[1].split()[0] if child.exists() else "gone"
    assert state in ("Z", "X", "gone") and list(builds.folder.iterdir()) == []


def is_held(path: Path) -> bool:
    with path.open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


@pytest.mark.builds
def test_a_file_that_dbt_could_not_close_is_closed_or_it_is_said_why_not(small_disk: Path) -> None:  # noqa: F811
    """dbt succeeds although DuckDB cannot write its log into the file at the end."""
    published = small_disk / "warehouse.duckdb"
    duckdb.connect(str(published)).close()
    warehouse, run, told = DuckDBFile(published, small_disk), str(uuid4()), []
    build = warehouse.start(run, [], [], None)
    build.copying.result()
    fill = "set checkpoint_threshold = '1TB'; create table x as select range as y, md5(range::varchar) as z from range(100000)"
    subprocess.run([sys.executable, "-c", f"import duckdb, os; kept = duckdb.connect({build.variables['db_path']!r}).execute({fill!r}); os._exit(0)"], check=True)
    room = small_disk / "room"
    room.write_bytes(bytes(os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize - 100_000))
    with pytest.raises(WinbackError, match=r"could not be written to its file: .*(No space left|ould not write).*Nothing was published: make sure that there is space"):
        warehouse.publish(build, told.append)
    room.unlink()
    warehouse.publish(build, told.append)
    with duckdb.connect(str(published), read_only=True) as connection:
        assert connection.execute("select count(*) from x").fetchall() == [(100_000,)]
    assert not Path(build.variables["db_path"] + ".wal").exists()

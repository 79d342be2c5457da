"""Projects that tests share: each is built once, by the first worker that requests it."""

import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from companies import Held, connect, held_by_vendors
from one_landing import refresh_all
from orchestration.connections.systems import SYSTEMS
from orchestration.dbt_project import ensure_manifest
from orchestration.sample import SAMPLE_AS_OF, write_sample
from projects import GOLDEN, Project, copy_project, copy_toy, without_configuration
from servers import Server, folder_for_server
from stripe_account import small_account

# MetricFlow needs Python 3.11.
collect_ignore = [] if sys.version_info >= (3, 11) else ["test_semantic_layer.py"]

Once = Callable[[str, Callable[[Project], None]], Project]
# Tests that use one of these fixtures refresh the project, or read the result of a refresh.
BUILDING = {"once", "project", "server", "cluster"}
# Started first, so that no worker is left with a long file while the others are idle.
LONGEST = (
    "test_kills", "test_connections_sample", "test_nights", "test_postgres_tables", "test_demo", "test_pull", "test_pull_figures", "test_postgres", "test_unchanged",
    "test_deliveries", "test_field_files", "test_upgrades", "test_dbt_project", "test_package", "test_semantic_layer", "test_publishing", "test_refreshes",
    "test_signals", "test_dates", "test_report", "test_landing",
)  # fmt: skip


class Pure:
    """Verifies that tests marked as pure are: they start nothing but dbt, to parse or compile."""

    test = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self.test = item.nodeid if item.get_closest_marker("pure") else ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self) -> None:
        self.test = ""  # resources that tests share may end after any of them

    def refuse(self, event: str, arguments: tuple) -> None:
        if event == "subprocess.Popen" and self.test and not {"parse", "compile"} & set(map(str, arguments[1])):
            raise AssertionError(f"{self.test} starts {arguments[1][:4]}: have it use `project` or `once`, or mark it `builds`")


def pytest_configure(config: pytest.Config) -> None:
    pure = Pure()
    config.pluginmanager.register(pure)
    sys.addaudithook(pure.refuse)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests that build nothing as pure, for `make check`; distribute the files, slow ones first."""
    for item in items:
        if BUILDING.isdisjoint(item.fixturenames) and not item.get_closest_marker("builds"):
            item.add_marker("pure")
    files = sorted({item.path.stem for item in items}, key=lambda file: (LONGEST.index(file) if file in LONGEST else len(LONGEST), file))
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    dealt = [file for first in range(workers) for file in files[first::workers]]
    items.sort(key=lambda item: dealt.index(item.path.stem))


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a folder that all workers of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session", autouse=True)
def parsed(shared: Path) -> None:
    """Parse the project once for all copies."""
    with FileLock(shared / "parsed.lock"):
        ensure_manifest()


@pytest.fixture(scope="session")
def parsed_as_connected(shared: Path) -> None:
    """Parse the project as connected to every system, once for all copies."""
    with FileLock(shared / "parsed.lock"):
        ensure_manifest(systems=sorted(SYSTEMS))


@pytest.fixture(scope="session")
def folder_once(shared: Path) -> Callable[[str, Callable[[Path], None]], Path]:
    """Create a folder by name if no worker has done so yet; read it, do not change it."""

    def made(name: str, make: Callable[[Path], None]) -> Path:
        folder, done = shared / name, shared / f"{name}.done"
        with FileLock(shared / f"{name}.lock"):
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                make(folder)
                done.touch()
        return folder

    return made


@pytest.fixture(scope="session")
def once(folder_once: Callable[[str, Callable[[Path], None]], Path]) -> Once:
    """Create a project by name if no worker has done so yet; read it, do not change it."""
    return lambda name, make: Project.at(folder_once(name, lambda folder: make(Project.at(folder))))


def refresh_golden(project: Project) -> None:
    """Publish the golden landing in a new copy."""
    project.use_seeds(GOLDEN)
    shutil.copytree(GOLDEN / "landing", project.landing)
    project.refresh()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A copy with the golden configuration and no landing."""
    copy = copy_project(tmp_path)
    copy.use_seeds(GOLDEN)
    return copy


@pytest.fixture(scope="session")
def golden(once: Once) -> Project:
    """The golden landing, refreshed once and recorded in Dagster; read it, do not change it."""
    return once("golden", lambda project: refresh_golden(copy_project(project.folder).recorded()))


@pytest.fixture(scope="session")
def cases(once: Once) -> Project:
    """Every business of `one_landing`, refreshed once; read it, do not change it."""
    return once("cases", refresh_all)


@pytest.fixture
def published(golden: Project, tmp_path: Path) -> Project:
    """A private project in which the golden landing is already published, for fault injection."""
    return golden.copied_to(tmp_path / "project")


@pytest.fixture(scope="session")
def published_toy(once: Once) -> Project:
    """The golden landing, refreshed once in the toy project; read it, do not change it."""
    return once("toy", lambda project: refresh_golden(copy_toy(project.folder)))


@pytest.fixture
def toy(published_toy: Project, tmp_path: Path) -> Project:
    """A private toy project in which the golden landing is already published, for fault injection."""
    return published_toy.copied_to(tmp_path / "toy")


@pytest.fixture(scope="session")
def sample(once: Once) -> Project:
    """The sample as `winback demo` makes it; read it, do not change it."""

    def demo(project: Project) -> None:
        result = copy_project(project.folder).winback("demo")
        assert result.returncode == 0, result.stderr
        assert "CDNOW" in result.stdout and f"Warehouse: {project.warehouse}" in result.stderr

    return once("sample", demo)


@pytest.fixture(scope="session")
def connected(once: Once) -> Project:
    """The small account, connected and refreshed once; read it, do not change it."""

    def make(project: Project) -> None:
        project = without_configuration(project.folder)
        small_account().write(project.folder / "stripe")
        done = project.winback("connect", "stripe", str(project.folder / "stripe"), "--business", "acme", "--timezone", "Europe/Rome")
        assert done.returncode == 0, done.stderr
        (project.folder / "connected.txt").write_text(done.stderr)
        project.refresh()

    return once("connected", make)


@pytest.fixture(scope="session")
def held(folder_once: Callable[[str, Callable[[Path], None]], Path]) -> dict[str, Held]:
    """Each of the sample's companies as its vendor holds it."""
    return held_by_vendors(folder_once("sample_landing", lambda folder: write_sample(folder, report=lambda line: None)))


@pytest.fixture(scope="session")
def rendered(once: Once, held: dict[str, Held], parsed_as_connected: None) -> Project:  # noqa: ARG001 - it is copied
    """The companies, refreshed once from their vendors' tables, with the rest of their landing beside."""

    def make(project: Project) -> None:
        places = {business: project.folder / business for business in held}
        copy_project(project.folder)
        connect(project, held, {business: f"{place}" for business, place in places.items()})
        for business, each in held.items():
            each.write(places[business])
        project.refresh(f"{SAMPLE_AS_OF}")

    return once("companies_rendered", make)


@pytest.fixture
def bare_toy(published_toy: Project, tmp_path: Path) -> Project:
    """A toy project with the golden configuration, in which nothing has landed."""
    copy = published_toy.copied_to(tmp_path / "bare_toy")
    for folder in (copy.landing, copy.warehouse.parent, copy.folder / ".winback"):
        shutil.rmtree(folder)
    return copy


@pytest.fixture(scope="session")
def server(shared: Path) -> Iterator[Server]:
    """The PostgreSQL server of this run."""
    with FileLock(shared / "server_start.lock"):
        running = Server(folder_for_server(shared))
    yield running
    running.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how long each file took; the time of shared fixtures counts for the file that requested them first."""
    seconds: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[report.nodeid.split("::")[0]] += report.duration
    terminalreporter.section("seconds for each file")
    for file, spent in seconds.most_common():
        if spent >= 1:
            terminalreporter.write_line(f"{spent:6.0f}  {file}")

"""A real Spark cluster on this machine: a master, two workers and a Thrift server, from pyspark's wheel."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from projects import Project, copy_project
from renderers import write_parquet

# The tables are small: more partitions than cores only add cost.
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.sql.session.timeZone": "UTC",
    "spark.driver.host": "127.0.0.1",
    "spark.executor.memory": "1g",
}


class Cluster:
    """Separate processes that are stopped together; the tables are in a folder that is deleted with the cluster."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="winback_spark_"))
        home = Path(find_spec("pyspark").origin).parent
        self._environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"}
        self._processes: list[subprocess.Popen] = []
        self._reader = None
        self.port, master = free_port(), free_port()
        run = str(home / "bin" / "spark-class")
        self._start(run, "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(master), "--webui-port", "0")
        wait_for_port(master)
        for _ in range(2):
            worker = ["--cores", "1", "--memory", "1g", "--host", "127.0.0.1", "--webui-port", "0", "--work-dir", str(self.folder / "work")]
            self._start(run, "org.apache.spark.deploy.worker.Worker", *worker, f"spark://127.0.0.1:{master}")
        settings = {
            **SETTINGS,
            "spark.sql.warehouse.dir": str(self.folder / "tables"),
            "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={self.folder / 'metastore'};create=true",
        }
        self._start(
            str(home / "bin" / "spark-submit"), "--class", "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2",
            "--master", f"spark://127.0.0.1:{master}", "--driver-memory", "2g", *(part for name, value in settings.items() for part in ("--conf", f"{name}={value}")),
            "spark-internal", "--hiveconf", f"hive.server2.thrift.port={self.port}", "--hiveconf", "hive.server2.thrift.bind.host=127.0.0.1",
        )  # fmt: skip
        wait_for_port(self.port)

    def _start(self, *command: str) -> None:
        with (self.folder / f"{len(self._processes)}.log").open("w") as log:
            self._processes.append(subprocess.Popen(command, cwd=self.folder, env=self._environment, stdout=log, stderr=log, start_new_session=True))

    def project(self, folder: Path) -> Project:
        """Return a copy of the project that publishes here."""
        copy = copy_project(folder)
        copy.environment = {
            "WINBACK_TARGET": "spark",
            "WINBACK_SPARK_HOST": "127.0.0.1",
            "WINBACK_SPARK_PORT": str(self.port),
            "WINBACK_SPARK_FOLDER": str(self.folder / "shared"),
            "WARM_LIMIT": "7200",  # a model has a cost of its own on Spark, whatever the rows
        }
        return copy

    def rows(self, sql: str) -> tuple[list[str], list[tuple]]:
        """Return columns and rows of a query."""
        from pyhive import hive

        if self._reader is None:
            self._reader = hive.connect("127.0.0.1", self.port, username="reader")
        cursor = self._reader.cursor(arraysize=20_000)
        cursor.execute(sql)
        return [name.rsplit(".", 1)[-1] for name, *_ in cursor.description or []], cursor.fetchall() if cursor.description else []

    def fill(self, database: str, tables: Mapping[str, list[dict[str, str]]], types: Mapping[str, str]) -> None:
        """Create a database of tables as a loader would: an empty text is null.

        Args:
            database: its name.
            tables: their rows.
            types: of columns, by name; others are strings.
        """
        files = self.folder / "loaded" / database
        write_parquet(files, tables, types)
        self.rows(f"create database `{database}`")
        for path in sorted(files.glob("*.parquet")):
            folder = path.with_suffix("")
            folder.mkdir()
            path.rename(folder / path.name)
            self.rows(f"create table `{database}`.`{path.stem}` using parquet location '{folder}'")

    def clear(self) -> None:
        """Drop what was landed and published."""
        for database in [name for (name,) in self.rows("show databases")[1] if name.startswith(("winback", "landing"))]:
            self.rows(f"drop database {database} cascade")

    def stop(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            process.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for_port(port: int, seconds: float = 120) -> None:
    """Wait until something listens."""
    deadline = time.monotonic() + seconds
    while True:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < deadline, f"nobody listens at port {port}"
        time.sleep(0.2)

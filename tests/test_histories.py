"""Drawn histories through a real refresh, against a day-by-day walk that shares no line with the SQL.

Each history is a business of its own, so that many share one refresh. More, or others, by the environment:
`HISTORIES=2000 HISTORIES_SEED=7 python -m pytest tests/test_histories.py`.
"""

import os
from datetime import date

import duckdb

from histories import drawn, write_landing
from oracle import expected
from oracle.compare import compare
from projects import GOLDEN_AS_OF, Project

COUNT = int(os.environ.get("HISTORIES", "150"))
SEED = int(os.environ.get("HISTORIES_SEED", "1"))


def test_every_table_equals_the_walk(project: Project) -> None:
    write_landing(drawn(COUNT, SEED), project.landing, project.folder / "seeds")
    project.refresh()
    wanted = expected(project.landing, project.folder / "seeds", date.fromisoformat(GOLDEN_AS_OF))
    with duckdb.connect(str(project.warehouse), read_only=True) as connection:
        differences = compare(connection, wanted)
    assert differences == [], "\n".join(differences[:20])

"""Drawn histories through a real refresh, compared with a day-by-day walk that shares no line with the SQL.

Each history is a separate business, so that many share one refresh. More or other histories by environment variable:
`HISTORIES=2000 HISTORIES_SEED=7 python -m pytest tests/test_histories.py`.
"""

from datetime import date

import duckdb

from one_landing import DRAWN_SEEDS, all_cases
from oracle import expected
from oracle.compare import FACTS, LISTED, ROWS, compare
from projects import GOLDEN_AS_OF, Project


def test_every_table_equals_the_walk(cases: Project) -> None:
    wanted = expected(cases.landing, cases.folder / DRAWN_SEEDS, date.fromisoformat(GOLDEN_AS_OF))
    others = ", ".join(f"'{case.business_id}'" for case in all_cases())
    with duckdb.connect() as connection:
        connection.execute(f"attach '{cases.warehouse}' as published (read_only)")
        connection.execute("create schema drawn")
        for table in (*LISTED, *ROWS, *FACTS):
            # Rows of the other cases; a malformed line names no business, and `test_landing` covers all of them.
            beside = f"coalesce(business_id, '') in ({others})" + (" or reason = 'malformed_line'" if table == "rejected_rows" else "")
            connection.execute(f"create view drawn.{table} as select * from published.winback.{table} where not ({beside})")
        differences = compare(connection, wanted, "drawn")
    assert differences == [], "\n".join(differences[:20])

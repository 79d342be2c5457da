"""Check the candidates' probabilities: `make calibration` scores the sample's real customers at one date, and looks 90 days later.

It runs the real refresh twice, in a separate folder. Candidates are put into ten equal groups by their return probability; each line
compares the mean prediction with the share of customers who returned.
"""

import os
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent.parent
# The grocer's year ends on 28 June; the sample's other real shop ends two days later.
SCORED_ON = date(2026, 6, 28) - timedelta(days=90)
REAL = ("cdnow", "grocer")

DECILES = """
with candidates as (
    select business_id, customer_id, from_state, return_probability
    from {candidates}
    where return_probability is not null
),

judged as (
    select
        candidates.*,
        exists (
            select 1
            from returns
            where
                returns.business_id = candidates.business_id
                and returns.customer_id = candidates.customer_id
                and returns.returned_on > date '{scored_on}'
                and returns.returned_on <= date '{scored_on}' + 90
        ) as came_back,
        ntile(10) over (partition by business_id, from_state order by return_probability, customer_id) as decile
    from candidates
)

select business_id, from_state, decile, count(*), avg(return_probability), avg(came_back::int)
from judged
group by grouping sets ((business_id, from_state, decile), (business_id, from_state))
order by business_id, from_state, decile nulls last
"""


def refresh(landing: Path, warehouse: Path, as_of: date) -> None:
    environment = {**os.environ, "WINBACK_LANDING": str(landing), "WINBACK_WAREHOUSE": str(warehouse)}
    command = [sys.executable, "-m", "orchestration", "refresh", "--as-of", as_of.isoformat(), "--allow-future"]
    done = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)


def main() -> None:
    sys.path.insert(0, str(ROOT))
    from orchestration.sample import write_sample

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_sample(folder / "landing", report=lambda line: None)
        warehouse = folder / "warehouse.duckdb"
        columns = "business_id, customer_id, from_state, return_probability"
        with duckdb.connect() as connection:
            for as_of in (SCORED_ON, SCORED_ON + timedelta(days=90)):
                refresh(folder / "landing", warehouse, as_of)
                connection.execute(f"attach '{warehouse}' as published (read_only)")
                if as_of == SCORED_ON:
                    candidates = ("win_back_candidates", "reactivation_candidates")
                    tables = " union all ".join(f"select {columns} from published.winback.{table} where business_id in {REAL}" for table in candidates)
                    connection.execute(f"create table scored as {tables}")
                else:
                    connection.execute(f"create table returns as select * from published.winback.fct_returns where business_id in {REAL} and return_type <> 'recovered'")
                connection.execute("detach published")
            rows = connection.execute(DECILES.format(candidates="scored", scored_on=SCORED_ON)).fetchall()
    print(f"Scored on {SCORED_ON}, judged 90 days later")
    print(f"{'business':<10}{'state':<10}{'decile':>7}{'customers':>11}{'said':>8}{'came back':>11}")
    for business, state, decile, customers, said, came_back in rows:
        print(f"{business:<10}{state:<10}{decile or 'all':>7}{customers:>11,}{said:>8.1%}{came_back:>11.1%}")


if __name__ == "__main__":
    main()

#!/bin/sh
# Write the warehouse of a commit, by its own code in two nights: tests/upgrades/make.sh COMMIT, from a checkout with its .venv.
set -eu
commit=$1
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
git -C "$root" archive "$commit" dbt_project orchestration pyproject.toml | tar -x -C "$work"
cp -r "$here/seeds" "$here/landing" "$work"
export WINBACK_LANDING="$work/landing" WINBACK_WAREHOUSE="$work/warehouse.duckdb" DAGSTER_HOME="$work/dagster" WINBACK_RETRIES=0
cd "$work"
mv landing/events/b.csv later.csv
"$root/.venv/bin/python" -m orchestration refresh --as-of 2025-05-31
mv later.csv landing/events/b.csv
"$root/.venv/bin/python" -m orchestration refresh --as-of 2025-06-30
gzip -9 -n -c warehouse.duckdb > "$here/$commit.duckdb.gz"
rm -r "$work"

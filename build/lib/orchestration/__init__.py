"""Winback's orchestration: Dagster assets around the dbt project, safe publishing, and the command line."""

"""Drawn subscription histories as Stripe's objects give the figures of what happened, however the objects change from night to night."""

import shutil
from datetime import date
from random import Random

import pytest

from conftest import Once
from projects import Project, without_configuration
from stripe_draws import LAST, account_of, drawn, happened

SEEDS = {
    "businesses": "acme,acme,subscription,UTC,USD,45,180,,30,14",
    "event_kinds": "\n".join(
        f"acme,{name},{kind},"
        for name, kind in {
            "trial_started": "interest", "subscription_started": "purchase", "invoice_paid": "purchase", "subscription_ended": "cancellation", "refund": "refund",
            "trial_not_started": "ignore", "subscription_not_started": "ignore", "subscription_start_by_invoice": "ignore", "subscription_not_ended": "ignore",
            "invoice_not_paid": "ignore", "refund_not_made": "ignore", "deleted": "ignore",
        }.items()
    ),
    "exit_reasons": "too_expensive,voluntary,price\nunused,voluntary,lost_interest\npayment_failed,involuntary,payment_failure",
}  # fmt: skip
TABLES = (
    "lifecycle_states", "lifecycle_transitions", "fct_lifecycle", "fct_win_back", "fct_reactivation", "fct_retention", "recurring_revenue_movements", "fct_recurring_revenue",
    "fct_acquisition_cohorts", "fct_exit_reasons",
)  # fmt: skip


def configured(project: Project, connection: str) -> Project:
    """Configure the business, and its connection if there is one."""
    for name, lines in {**SEEDS, "connections": connection}.items():
        path = project.folder / "seeds" / f"{name}.csv"
        path.write_text(path.read_text() + (f"{lines}\n" if lines else ""))
    return project


@pytest.fixture(scope="session")
def as_it_happened(once: Once) -> Project:
    """What happened, landed natively."""

    def make(project: Project) -> None:
        project = configured(without_configuration(project.folder), "")
        events, contracts = happened(drawn(23, 60))
        project.land("events", events)
        project.land("contracts", contracts)
        project.refresh(f"{LAST}")

    return once("stripe_as_it_happened", make)


def differences(project: Project, other: Project) -> dict[str, list[tuple]]:
    """Return the rows that only one of two projects has, by table."""
    found = {}
    for table in TABLES:
        ours, theirs = (set(map(str, each.query(f"select * from winback.{table}"))) for each in (project, other))
        if ours != theirs:
            found[table] = sorted(ours ^ theirs)[:6]
    return found


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
def test_any_split_into_nights_gives_what_happened(as_it_happened: Project, connected: Project, tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    project = connected.copied_to(tmp_path_factory.mktemp("drawn") / "project")
    project.warehouse.unlink()
    shutil.rmtree(project.folder / "stripe")
    for name in (*SEEDS, "connections"):
        path = project.folder / "seeds" / f"{name}.csv"
        path.write_text(path.read_text().splitlines()[0] + "\n")
    configured(project, f"acme,stripe,fivetran,{project.folder}/stripe")
    nights = sorted(date(2023, 2, 1).toordinal() + Random(seed).randrange(870) for _ in range(2))
    before = None
    for night in (*map(date.fromordinal, nights), LAST):
        before = account_of(drawn(23, 60), night, before)
        before.write(project.folder / "stripe")
        project.refresh(f"{night}")
    assert differences(project, as_it_happened) == {}

"""The semantic layer: MetricFlow's answers are the tables' figures, or nothing."""

import csv
import json
import shutil
from dataclasses import replace

import pytest
from metricflow_semantic_interfaces.protocols.semantic_manifest import SemanticManifest
from metricflow_semantic_interfaces.validations.semantic_manifest_validator import SemanticManifestValidator
from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest

from asking import OFFLINE, ask, same, tool
from conftest import Once
from projects import GOLDEN, Project, copy_project

FACTS = ("fct_lifecycle", "fct_win_back", "fct_reactivation", "fct_retention", "fct_recurring_revenue")
KEY = ("period_grain", "period_start", "business_id", "segment", "segment_value")
# In the middle of a month, a quarter and a year.
AS_OF = "2025-05-20"
REVENUE = ("won_back_revenue", "reactivated_revenue", "revenue_at_risk")
MRR = ("opening_mrr", "new_mrr", "expansion_mrr", "won_back_mrr", "recovered_mrr", "reactivated_mrr", "contraction_mrr", "churned_mrr", "closing_mrr",
       "gross_retained_mrr", "net_retained_mrr")  # fmt: skip
# Ratios of money, which is not added up over businesses.
OF_MRR = ("gross_revenue_retention", "net_revenue_retention", "mrr_per_customer")
RATE = ["opening_former", "former_returned", "win_back_rate"]


@pytest.fixture(scope="session")
def layer(once: Once) -> Project:
    """The golden landing with customer attributes, a campaign and, in two businesses, contracts, published, and parsed for MetricFlow."""
    return for_metricflow(once("layer", make_layer))


def for_metricflow(project: Project) -> Project:
    return replace(project, environment={"WINBACK_TARGET": "published", **OFFLINE})


def make_layer(project: Project) -> None:
    copy_project(project.folder)
    project.use_seeds(GOLDEN)
    shutil.copytree(GOLDEN / "landing", project.landing)
    with (GOLDEN / "landing" / "events.csv").open(newline="") as file:
        people = sorted({(row["business_id"], row["customer_id"]) for row in csv.DictReader(file) if row["business_id"] and row["customer_id"]})
    updated = {"updated_at": "2025-01-01", "loaded_at": "2025-01-01"}
    project.land("customers", [
        {"business_id": business, "customer_id": customer, "country": ("DE", "FR", "")[place % 3], "plan": ("small", "large")[place % 2], **updated}
        for place, (business, customer) in enumerate(people)
    ])
    project.land("campaigns", [
        {"business_id": business, "campaign_id": f"{business} come back", "strategy": "offer", "starts_on": "2024-01-01", "ends_on": "2025-12-31", "loaded_at": "2025-01-01"}
        for business in ("advice", "agency", "saas", "shop")
    ])
    project.land("campaign_touches", [
        {"touch_id": f"t{place}", "business_id": business, "campaign_id": f"{business} come back", "customer_id": customer,
         "touched_at": ("2024-11-05", "2025-05-15")[place % 2], "arm": "treatment", "loaded_at": "2025-06-01"}
        for place, (business, customer) in enumerate(people)
    ])
    project.land("contracts", [
        {"business_id": business, "contract_id": f"c{place}.{number}", "customer_id": customer, "starts_on": start, "ends_on": end, "monthly_amount": amount,
         "loaded_at": "2025-01-01"}
        for place, (business, customer) in enumerate(people) if business in ("saas", "agency")
        for number, (start, end, amount) in enumerate([
            ("2024-06-10", "2025-01-20", f"{20 + place}.50"), ("2025-01-20", ("2025-03-31", "")[place % 2], ("10.00", "95.25")[place // 2 % 2]), ("2025-05-02", "", "7.00"),
        ])
    ])
    project.refresh(AS_OF)
    parsed = tool(for_metricflow(project), "dbt", "parse")
    assert parsed.returncode == 0, parsed.stdout


def metrics_of(project: Project) -> list[str]:
    """Return the metrics for people: all except the simple sums that they are made of."""
    return sorted(metric["name"] for metric in manifest(project)["metrics"] if metric["type"] != "simple")


def manifest(project: Project) -> dict:
    return json.loads((project.folder / "dbt_project" / "target" / "semantic_manifest.json").read_text())


def figures(project: Project) -> dict[tuple[str, ...], dict[str, object]]:
    """Return each row of the tables, with the facts side by side."""
    rows: dict[tuple[str, ...], dict[str, object]] = {}
    for fact in FACTS:
        names = [name for (name,) in project.query(f"select column_name from duckdb_columns() where schema_name = 'winback' and table_name = '{fact}' order by column_index")]
        for values in project.query(f"select * from winback.{fact}"):
            row = dict(zip(names, values, strict=True))
            rows.setdefault(tuple(str(row[name]) for name in KEY), {}).update(row)
    for row in rows.values():
        row |= {"complete": int(row["is_complete"]), "warm": int(row["is_warm"])}
    # Recurring revenue has no rows of businesses without contracts.
    missing = {name: None for row in rows.values() for name in row}
    return {key: missing | row for key, row in rows.items()}


def added(rows: list[dict], name: str) -> int:
    return sum(row[name] for row in rows)


@pytest.mark.parametrize("grain", ["month", "quarter", "year"])
def test_metrics_are_the_tables_own_figures(layer: Project, grain: str) -> None:
    """All of them by month; by quarter and year the rates and amounts."""
    tables = figures(layer)
    metrics = [name for name in metrics_of(layer) if grain == "month" or name.endswith(("rate", "ratio", "revenue", "at_risk", "complete", "mrr", *OF_MRR)) or "crr" in name]
    answer = ask(layer, [*metrics, "sum_of_opening_former"], f"metric_time__{grain},business")
    found = {(grain, row[f"metric_time__{grain}"][:10], row["business"], "all", "all"): row for row in answer}
    assert found.keys() == {key for key in tables if key[0] == grain and key[3] == "all"} and len(found) == len(answer)
    known = [name for name in metrics if name in next(iter(tables.values()))]
    wrong = [(key, name, row[name], tables[key][name]) for key, row in found.items() for name in known if not same(row[name], tables[key][name])]
    assert wrong == []
    # The other available metrics are what their names say: a sum over the months of all customers.
    for key, row in found.items():
        months = [values for (other, start, *rest), values in tables.items() if other == "month" and key[1] <= start <= str(tables[key]["period_end"]) and rest == list(key[2:])]
        assert float(row["sum_of_opening_former"]) == added(months, "opening_former")


def test_every_count_is_made_alike(layer: Project) -> None:
    """Therefore what holds by month holds by quarter and year."""
    for metric in manifest(layer)["metrics"]:
        grain, *inputs = metric["type_params"]["metrics"] or [{"name": ""}]
        if grain["name"].startswith("fitting_grain") and metric["name"] != "fitting_grain_of_one_business":
            assert {made["name"] for made in inputs} <= {f"sum_of_{metric['name']}", f"least_{metric['name']}"}
            filters = [made["filter"]["where_filters"][0]["where_sql_template"].rsplit("= ")[1] for made in inputs]
            assert list(zip([made["alias"] for made in inputs], filters, strict=True)) == [("of_month", "'month'"), ("of_quarter", "'quarter'"), ("of_year", "'year'")]
    measures = manifest(layer)["semantic_models"][1]["measures"]
    assert all(measure["expr"] == measure["name"].removeprefix("sum_of_") for measure in measures if measure["agg"] == "sum")


def test_every_figure_of_the_facts_can_be_asked_for(layer: Project) -> None:
    """All except bounds, a mean, and transitions split by the previous state."""
    columns = {name for row in figures(layer).values() for name, value in row.items() if isinstance(value, (int, float)) and not isinstance(value, bool)}
    left_out = {name for name in columns if name.endswith(("_low", "_high")) or "_from_" in name} | {"mean_tenure_days"}
    left_out -= {"churned_from_active", "crr_gain_from_returns", "crr_loss_from_new_customers"}
    helpers = {"fitting_grain", "fitting_grain_of_one_business", "exits_awaited", "targeted_awaited"}
    assert set(metrics_of(layer)) == (columns - left_out) | helpers | set(REVENUE) | set(MRR)


def test_segments_are_asked_for_by_name(layer: Project) -> None:
    tables = figures(layer)
    names = [*RATE, "reactivation_rate", "retention_rate", "crr", "acquired", "won_back_revenue", "new_mrr", "net_revenue_retention"]
    answer = ask(layer, names, "metric_time__month,business,period__segment,period__segment_value", "{{ Dimension('period__segment') }} <> 'all'")
    found = {("month", row["metric_time__month"][:10], row["business"], row["period__segment"], row["period__segment_value"]): row for row in answer}
    assert found.keys() == {key for key in tables if key[0] == "month" and key[3] != "all"} and len(found) == len(answer)
    assert {key[3] for key in found} == {"country", "plan"}
    assert [(key, name) for key, row in found.items() for name in names if not same(row[name], tables[key][name])] == []


def test_businesses_are_pooled_by_their_counts(layer: Project) -> None:
    tables = figures(layer)
    rates = {"win_back_rate": ("former_returned", "opening_former", "former_recovered"), "retention_rate": ("current_retained", "opening_current")}
    awaited = {"exit_win_back_rate": ("exits_won_back", "exits"), "targeted_win_back_rate": ("targeted_won_back", "targeted")}
    counts = sorted({name for parts in (*rates.values(), *awaited.values()) for name in parts})
    money = [*REVENUE, "closing_mrr", *OF_MRR]
    for row in ask(layer, [*rates, *awaited, *counts, *money, "closing_paying", "complete", "warm"], "metric_time__quarter"):
        pooled = [values for key, values in tables.items() if key[:2] == ("quarter", row["metric_time__quarter"][:10]) and key[3] == "all"]
        for name in counts:
            assert same(row[name], added(pooled, name)), row
        for name, (part, whole, *less) in {**rates, **awaited}.items():
            pool = added(pooled, whole) - sum(added(pooled, other) for other in less)
            final = name in rates or all(values[name] is not None for values in pooled if values[whole])
            wanted = added(pooled, part) / pool if final and pool else None
            assert same(row[name], wanted), (name, row)
        paying = [values["closing_paying"] for values in pooled if values["closing_paying"] is not None]
        assert same(row["closing_paying"], sum(paying) if paying else None), row
        assert [row[name] for name in money] == [""] * len(money)
        assert (int(row["complete"]), int(row["warm"])) == (min(values["complete"] for values in pooled), min(values["warm"] for values in pooled))


def months(*names: str) -> str:
    return "{{ TimeDimension('metric_time', 'month') }} in (" + ", ".join(f"'{name}-01'" for name in names) + ")"


@pytest.mark.parametrize(
    ("by", "where"),
    [
        ("business", None),
        ("business", months("2025-01", "2025-02")),
        ("metric_time__year,business", months("2024-01", "2024-02", "2024-04", "2024-05")),
        ("metric_time__quarter,business", months("2024-11", "2024-12", "2025-02")),
        ("metric_time__month,business", "{{ Dimension('period__segment') }} <> 'all'"),
    ],
    ids=["no period", "part of a quarter", "part of a year", "a month beside others as its quarter", "segments together"],
)
def test_what_no_row_of_the_tables_says_is_not_said(layer: Project, by: str, where: str | None) -> None:
    answer = ask(layer, [*RATE, "churned", "won_back_revenue", "crr"], by, where)
    assert answer and [value for row in answer for name, value in row.items() if name not in by and value] == []


def test_the_command_line_answers_as_well_and_refuses_weeks(layer: Project) -> None:
    done = tool(layer, "mf", "query", "--metrics", "win_back_rate", "--group-by", "metric_time__month,business")
    assert done.returncode == 0 and "Success" in done.stdout, done.stdout + done.stderr
    done = tool(layer, "mf", "query", "--metrics", "win_back_rate", "--group-by", "metric_time__week,business")
    assert done.returncode != 0 and "metric_time__week" in done.stdout


def test_metricflow_finds_nothing_wrong(layer: Project) -> None:
    """The checks of `mf validate-configs --skip-dw`."""
    found = SemanticManifestValidator[SemanticManifest]().validate_semantic_manifest(parse_manifest_from_dbt_generated_manifest(json.dumps(manifest(layer))))
    assert (found.errors, found.future_errors, found.warnings) == ((), (), ())

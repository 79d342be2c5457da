"""The report's parts on recurring revenue and on acquisition cohorts, in a real browser: the tables' figures, for eyes, ears and a phone."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from browsers import Opened, started
from orchestration.report import write_report
from orchestration.warehouses.duckdb_file import DuckDBFile
from projects import Project
from test_report import LANGUAGES, embedded, percent

MOVEMENTS = ("new_mrr", "expansion_mrr", "won_back_mrr", "recovered_mrr", "reactivated_mrr", "contraction_mrr", "churned_mrr")
AMOUNTS = ("opening_mrr", *MOVEMENTS, "closing_mrr", "closing_paying")
MEASURES = {
    "retention_rate": percent,
    "purchase_rate": percent,
    "win_back_share": percent,
    "cumulative_revenue_per_customer": lambda value: "–" if value is None else f"{value:,.0f}",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as browser:
        yield browser


@pytest.fixture(scope="module")
def paid(golden: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, duckdb.DuckDBPyConnection]:
    """The report of a warehouse in which one business has recurring revenue and many cohorts, and the warehouse."""
    folder = tmp_path_factory.mktemp("paid")
    shutil.copyfile(golden.warehouse, folder / "warehouse.duckdb")
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute(
            """
            insert into winback.fct_recurring_revenue by name
            with periods as (
                select *, row_number() over (partition by period_grain order by period_start) as place
                from winback.fct_lifecycle where business_id = 'saas' and segment = 'all'
            )
            select business_id, period_grain, period_start, period_end, segment, segment_value, is_complete, is_warm,
                900 + 100 * place as opening_mrr, 250 as new_mrr, 30 as expansion_mrr, 20 as won_back_mrr, 5 as recovered_mrr, 15 as reactivated_mrr, 40 as contraction_mrr,
                180 as churned_mrr, 1000 + 100 * place as closing_mrr, 40 as opening_paying, 41 + place as closing_paying,
                680 + 100 * place as gross_retained_mrr, 710 + 100 * place as net_retained_mrr,
                (680 + 100 * place)::double / (900 + 100 * place) as gross_revenue_retention, (710 + 100 * place)::double / (900 + 100 * place) as net_revenue_retention,
                (1000 + 100 * place)::double / (41 + place) as mrr_per_customer
            from periods;
            -- More cohorts than are shown, and a month that still runs.
            insert into winback.fct_acquisition_cohorts by name
            select cohorts.* replace (cohort_month - to_years(years::integer) as cohort_month)
            from winback.fct_acquisition_cohorts as cohorts, range(2, 7) as earlier (years) where business_id = 'saas' and cohort_month is not null;
            update winback.fct_acquisition_cohorts set is_complete = false
            where business_id = 'saas' and datediff('month', cohort_month, (select max(cohort_month) from winback.fct_acquisition_cohorts)) = months_since;
            """
        )
    write_report(DuckDBFile(folder / "warehouse.duckdb", folder), folder / "report.html")
    return folder / "report.html", duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True)


def number(text: str) -> str:
    """Return an amount without its currency."""
    return re.sub(r"[^\d.,–-]", "", text)


@pytest.mark.parametrize("grain", ["month", "quarter"])
def test_recurring_revenue_is_that_of_the_table(paid, browser: Browser, grain: str) -> None:
    file, warehouse = paid
    rows = warehouse.execute(f"""
        select {", ".join(AMOUNTS)}, net_revenue_retention, gross_revenue_retention, is_complete
        from winback.fct_recurring_revenue where period_grain = '{grain}' and segment = 'all' order by period_start desc
    """).fetchall()
    with Opened(browser, file, f"#business=saas&grain={grain}", locale="en-US") as opened:
        shown = [[number(cell) for cell in row[1 : len(AMOUNTS) + 1]] for row in opened.rows("#recurring")]
        assert rows and shown == [[f"{amount:,.0f}" for amount in row[: len(AMOUNTS)]] for row in rows]
        assert [row[1:3] for row in opened.rows("#revenue_retention")] == [[percent(net), percent(gross)] for *_, net, gross, over in rows if over]


def test_gains_are_above_zero_losses_below_and_the_close_is_a_line(paid, browser: Browser) -> None:
    file, _ = paid
    with Opened(browser, file, "#business=saas") as opened:
        bars = opened.page.eval_on_selector_all(
            "#recurring .mark-rect.role-mark path",
            "bars => bars.map(bar => [bar.getAttribute('fill'), bar.getBoundingClientRect().top, bar.getBoundingClientRect().bottom])",
        )
        lost = opened.page.evaluate("['former', 'contraction'].map(colour)")
        periods = len(opened.rows("#recurring"))
        above, below = ([bar for bar in bars if (bar[0] in lost) == is_lost] for is_lost in (False, True))
        assert (len(above), len(below)) == (5 * periods, 2 * periods)
        assert max(bottom for _, _, bottom in above) <= min(top for _, top, _ in below) + 1
        assert opened.page.locator("#recurring .mark-line.role-mark path").count() == 1


def test_of_a_business_without_contracts_nothing_is_said_of_them(paid, browser: Browser) -> None:
    file, _ = paid
    with Opened(browser, file, "#language=en") as opened:
        for business in embedded(file)["businesses"]:
            opened.choose("business", business["business_id"])
            assert ("ecurring" in opened.page.text_content("#details")) == (business["business_id"] == "saas")


def test_the_triangle_is_that_of_the_table_by_each_measure(paid, browser: Browser) -> None:
    file, warehouse = paid
    with Opened(browser, file, locale="en-US") as opened:
        shown = 0
        for business in embedded(file)["businesses"]:
            opened.choose("business", business["business_id"])
            for measure, said in MEASURES.items():
                opened.choose("measure", measure)
                cells = warehouse.execute(f"""
                    select cohort_month, months_since, {measure} from winback.fct_acquisition_cohorts
                    where business_id = '{business["business_id"]}' and segment = 'all' and is_complete and months_since < 24
                """).fetchall()
                cohorts = [None, *sorted({cohort for cohort, *_ in cells if cohort})[-24:]]
                months = range(max(month for cohort, month, _ in cells if cohort in cohorts) + 1)
                values = {(cohort, month): value for cohort, month, value in cells}
                expected = [[said(values.get((cohort, month))) for month in months] for cohort in cohorts]
                assert [[number(cell) if measure.startswith("cumulative") else cell for cell in row[2:]] for row in opened.rows("#acquisition")] == expected
                drawn = [value for (cohort, _), value in values.items() if cohort in cohorts and value is not None]
                assert opened.page.locator("#acquisition .mark-rect.role-mark path").count() == len(drawn)
                shown = max(shown, len(cohorts))
        assert shown == 25, "no business has more cohorts than are shown"


def test_the_switch_of_measure_keeps_the_focus_and_is_part_of_the_link(paid, browser: Browser) -> None:
    file, _ = paid
    with Opened(browser, file, "#business=saas&measure=constructor") as opened:
        assert opened.page.input_value("#measure") == "retention_rate" and opened.said == []
        untouched = opened.page.query_selector("#states")
        opened.choose("measure", "win_back_share")
        assert "measure=win_back_share" in opened.page.url and opened.page.evaluate("document.activeElement.id") == "measure"
        assert untouched.evaluate("figure => figure.isConnected"), "the whole page was drawn anew"
        url = opened.page.url
    with Opened(browser, file, "#" + url.split("#")[1]) as opened:
        assert opened.page.input_value("#measure") == "win_back_share"


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
def test_it_is_read_on_a_phone_and_by_a_screen_reader_in_every_language(paid, browser: Browser, scheme: str, width: int) -> None:
    file, _ = paid
    with Opened(browser, file, "#business=saas", scheme=scheme, width=width) as opened:
        for language in LANGUAGES:
            opened.choose("language", language)
            assert opened.page.locator("#recurring svg, #revenue_retention svg, #acquisition svg").count() == 3
        opened.page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true; })")
        assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the screen"
        found = Axe().run(opened.page).response["violations"]
        assert [(violation["id"], violation["nodes"][0]["html"]) for violation in found] == []
        assert opened.said == [] and opened.asked == [opened.url]

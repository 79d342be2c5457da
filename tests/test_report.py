"""The report in a real browser: it renders, requests nothing, and shows the tables' own figures, whatever names occur."""

import json
import re
import shutil
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from browsers import Opened, started
from orchestration.report import write_report
from orchestration.warehouses.duckdb_file import DuckDBFile
from projects import ROOT, Project

PARTS = ROOT / "orchestration" / "report" / "parts"
LANGUAGES = ("en", "it", "sv", "nl", "de")
RATES = {"win_back_rate": "fct_win_back", "reactivation_rate": "fct_reactivation", "retention_rate": "fct_retention"}
NASTY = "</script><script>alert('name')</script><img src=x onerror=alert(1)>&amp;"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as browser:
        yield browser


@pytest.fixture(scope="module")
def report(golden: Project) -> Path:
    return golden.warehouse.with_name("warehouse_report.html")


@pytest.fixture
def changed(golden: Project, tmp_path: Path):
    """A copy of the golden warehouse, changed by SQL, and its report."""

    def change(*statements: str) -> Path:
        copy = tmp_path / "warehouse.duckdb"
        shutil.copyfile(golden.warehouse, copy)
        with duckdb.connect(str(copy)) as connection:
            for statement in statements:
                connection.execute(statement)
        write_report(DuckDBFile(copy, tmp_path), tmp_path / "report.html")
        return tmp_path / "report.html"

    return change


def embedded(file: Path) -> dict:
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', file.read_text(encoding="utf-8"), re.DOTALL)[1])


def percent(value: float | None) -> str:
    """Format like the page in English: the shortest decimal of the number, halves rounded up."""
    return "–" if value is None else f"{(Decimal(repr(value)) * 100).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_it_draws_without_an_error_and_asks_the_network_for_nothing(browser: Browser, report: Path, scheme: str, width: int) -> None:
    with Opened(browser, report, scheme=scheme, width=width) as opened:
        for language in LANGUAGES:
            opened.choose("language", language)
            for grain in ("month", "quarter"):
                opened.choose("grain", grain)
        for business in embedded(report)["businesses"]:
            opened.choose("business", business["business_id"])
        assert opened.said == []
        assert opened.asked == [opened.url]
        assert opened.page.locator("svg").count() >= 1
        assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the screen"


def test_every_chart_has_marks_and_the_figures_it_is_drawn_from(browser: Browser, report: Path) -> None:
    with Opened(browser, report) as opened:
        for business in embedded(report)["businesses"]:
            opened.choose("business", business["business_id"])
            for figure in opened.page.locator("figure:has(.chart)").all():
                assert figure.locator(".chart svg .mark-group path, .chart svg .mark-rule line, .chart svg .mark-symbol path, .chart svg .mark-area path").count() > 0
                assert figure.locator("table tbody tr").count() > 0


def test_the_rates_shown_are_those_of_the_tables(golden: Project, browser: Browser, report: Path) -> None:
    shown = 0
    with Opened(browser, report, locale="en-US") as opened:
        for business in embedded(report)["businesses"]:
            opened.choose("business", business["business_id"])
            for grain in ("month", "quarter"):
                opened.choose("grain", grain)
                for rate, table in RATES.items():
                    of_table = golden.query(f"""
                        select {rate}, {rate}_low, {rate}_high, is_complete and is_warm from winback.{table}
                        where business_id = '{business["business_id"]}' and period_grain = '{grain}' and segment = 'all' order by period_start desc
                    """)
                    expected = [[percent(value), f"{percent(low)} – {percent(high)}" if value is not None else "–", ripe] for value, low, high, ripe in of_table]
                    assert [[row[1], row[2], row[5] == "–"] for row in opened.rows(f"#{rate}")] == expected
                    shown += len(expected)
    assert shown > 0


def test_the_pools_shown_are_those_of_the_tables(golden: Project, browser: Browser, report: Path) -> None:
    pools = {
        "win_back_rate": ("fct_win_back", "former_returned", "opening_former - former_recovered"),
        "reactivation_rate": ("fct_reactivation", "former_returned + dormant_returned", "opening_former - former_recovered + opening_dormant"),
        "retention_rate": ("fct_retention", "current_retained", "opening_current"),
    }
    with Opened(browser, report) as opened:
        business = opened.page.input_value("#business")
        for rate, (table, count, pool) in pools.items():
            rows = golden.query(f"""
                select {count}, {pool} from winback.{table}
                where business_id = '{business}' and period_grain = 'month' and segment = 'all' order by period_start desc
            """)
            assert [(row[3], row[4]) for row in opened.rows(f"#{rate}")] == [(f"{count:,}", f"{pool:,}") for count, pool in rows]


def test_states_curves_and_campaigns_are_those_of_the_tables(golden: Project, browser: Browser, report: Path) -> None:
    with Opened(browser, report) as opened:
        for business in embedded(report)["businesses"]:
            opened.choose("business", business["business_id"])
            where = f"business_id = '{business['business_id']}'"
            states = golden.query(f"""
                select closing_active, closing_dormant, closing_former, closing_prospect, closing_dormant_prospect from winback.fct_lifecycle
                where {where} and period_grain = 'month' and segment = 'all' order by period_start desc
            """)
            assert [row[1:] for row in opened.rows("#states")] == [[f"{count:,}" for count in row] for row in states]
            curves = golden.query(f"select return_probability from winback.fct_return_cohorts where {where} and cohort_month is null and exit_kind is distinct from 'all'")
            assert sorted(row[2] for row in opened.rows("#curves")) == sorted(percent(chance) for (chance,) in curves)
            campaigns = golden.query(f"select campaign_id from winback.fct_campaign_performance where {where} and arm = 'treatment' and target_state = 'all'")
            assert sorted(row[0] for row in opened.rows("#campaigns")) == sorted(campaign for (campaign,) in campaigns)


def test_the_bridge_adds_up_to_the_retention_rate(browser: Browser, changed) -> None:
    file = changed("update winback.fct_retention set crr = 1.05, crr_gain_from_returns = 0.25, crr_loss_from_new_customers = -0.1, retention_rate = 0.9")
    with Opened(browser, file) as opened:
        assert opened.rows("#bridge") == [[label, value] for label, value in zip([row[0] for row in opened.rows("#bridge")], ["105.0%", "+25.0%", "-10.0%", "90.0%"], strict=True)]
        texts = opened.page.eval_on_selector_all("#bridge .chart .mark-text.role-mark text", "marks => marks.map(mark => mark.textContent)")
        assert sorted(texts) == sorted(["105.0%", "90.0%", "-25.0%", "+10.0%"])


def test_names_are_text_whatever_they_hold(browser: Browser, changed) -> None:
    quoted = NASTY.replace("'", "''")
    file = changed(
        f"update winback.dim_business set name = '{quoted}', currency = '?'",
        f"update winback.fct_campaign_performance set campaign_id = '{quoted}'",
        f"update winback.fct_exit_reasons set exit_reason = '{quoted}'",
    )
    with Opened(browser, file) as opened:
        for business in embedded(file)["businesses"]:
            opened.choose("business", business["business_id"])
            assert opened.page.text_content("#details-title") == NASTY
        assert opened.said == [] and opened.asked == [opened.url]
        assert opened.page.locator("main img").count() == 0


def test_what_was_restated_is_told_with_before_and_after(browser: Browser, changed) -> None:
    file = changed("""
        insert into winback.metric_history by name
        select * replace (0.125 as value, refresh_id + 1 as refresh_id, published_at + interval 1 day as published_at)
        from winback.metric_history where metric = 'win_back_rate' and period_grain = 'quarter' and value <> 0.125 and value is not null
    """)
    businesses = [business for business in embedded(file)["businesses"] if business["restatements"]]
    assert businesses
    with Opened(browser, file) as opened:
        opened.choose("business", businesses[0]["business_id"])
        rows = opened.rows("#restatements")
        assert len(rows) == len(businesses[0]["restatements"]) and all(row[3] == "12.5%" and row[2] != "12.5%" for row in rows)


def test_no_customer_is_in_it(golden: Project, changed) -> None:
    with_people = golden.query("""
        select table_name from duckdb_columns()
        where schema_name = 'winback' and column_name = 'customer_id' and table_name in (select table_name from duckdb_tables())
    """)
    file = changed(*(f"update winback.{table} set customer_id = 'person ' || customer_id" for (table,) in with_people))
    assert len(with_people) >= 5 and "person " not in json.dumps(embedded(file)["businesses"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_screen_reader_finds_its_way(browser: Browser, report: Path, scheme: str) -> None:
    with Opened(browser, report, scheme=scheme) as opened:
        opened.page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true; })")
        found = Axe().run(opened.page).response["violations"]
        assert [(violation["id"], violation["nodes"][0]["html"]) for violation in found] == []
        opened.choose("language", "it")
        assert opened.page.get_attribute("html", "lang") == "it"


def test_a_view_can_be_sent_as_a_link(browser: Browser, report: Path) -> None:
    last = embedded(report)["businesses"][-1]
    with Opened(browser, report, f"#language=sv&grain=quarter&business={last['business_id']}") as opened:
        assert opened.page.text_content("#details-title") == last["name"]
        assert opened.page.input_value("#grain") == "quarter" and opened.page.get_attribute("html", "lang") == "sv"
        opened.choose("language", "nl")
        assert "language=nl" in opened.page.url


def test_it_speaks_the_readers_language(browser: Browser, report: Path) -> None:
    with Opened(browser, report, locale="de-DE") as opened:
        assert opened.page.get_attribute("html", "lang") == "de"
        assert opened.page.text_content("#win_back_rate-title") == "Rückgewinnungsrate"


def test_every_word_is_there_in_every_language(report: Path) -> None:
    words = yaml.safe_load((PARTS / "words.yml").read_text(encoding="utf-8"))
    assert {key: tuple(texts) for key, texts in words.items() if tuple(texts) != LANGUAGES} == {}
    places = "\n".join(path.read_text(encoding="utf-8") for path in [*PARTS.glob("*.js"), PARTS / "page.html"])
    used = set(re.findall(r'(?:word|sentence)\("(\w+)"[,)]', places)) | set(re.findall(r'data-word="(\w+)"', places))
    assert used <= set(words)
    blanks = {key: {frozenset(re.findall(r"\{\w+\}", text)) for text in texts.values()} for key, texts in words.items()}
    assert [key for key, found in blanks.items() if len(found) > 1] == [], "a translation leaves something out"
    labelled = set(re.findall(r'(?:label|definition)\("(\w+)"\)', places))
    assert labelled <= set(embedded(report)["metrics"])


def test_a_business_without_events_is_said_to_have_none(browser: Browser, changed) -> None:
    file = changed("""
        insert into winback.dim_business by name
        select * replace ('empty' as business_id, 'Empty' as name, null as history_starts_on) from winback.dim_business limit 1
    """)
    with Opened(browser, file, "#business=empty") as opened:
        assert "No event yet" in opened.page.text_content("#details")
        assert opened.said == []


def test_who_may_not_be_contacted_now_is_not_counted_as_such(browser: Browser, changed) -> None:
    # Consent is not enough: somebody was contacted a week ago.
    file = changed(
        "update winback.win_back_candidates set contactable = true, suppressed_because = null",
        "update winback.win_back_candidates set suppressed_because = 'cool_down' where rank = 1",
    )
    business = next(business for business in embedded(file)["businesses"] if business["win_back_candidates"])
    with Opened(browser, file, f"#business={business['business_id']}") as opened:
        _, people, contactable, _ = opened.rows("#candidates")[0]
        assert int(people.replace(",", "")) == int(contactable.replace(",", "")) + 1


def test_what_revenue_leaves_out_is_said_where_it_leaves_something_out(browser: Browser, changed) -> None:
    file = changed(
        "delete from winback.dropped_values",
        """insert into winback.dropped_values by name select 'shop' as business_id, 'events' as landing_table, range::text as row_id,
            case when range < 1234 then 'amount' else 'covers_until' end as column_name, 'invalid' as reason from range(1240)""",
        """insert into winback_internal.base_events by name select 'shop' as business_id, range::text as event_id, 'purchase' as kind, 'current' as row_status
            from range(1240)""",
    )
    said = "Values that cannot be used are dropped, and their rows count: 1,240. Of these, amounts that revenue leaves out: 1,234."
    with Opened(browser, file, "#business=shop&language=en", locale="en-US") as opened:
        assert said in opened.page.text_content("#details")
        opened.choose("business", "saas")
        assert "leaves out" not in opened.page.text_content("#details")


def test_a_business_without_a_name_or_a_threshold_is_still_spoken_of(browser: Browser, changed) -> None:
    file = changed("update winback.dim_business set name = null, dormant_after_days = null, former_after_days = null")
    with Opened(browser, file, "#business=shop&language=en") as opened:
        assert opened.page.text_content("#details-title") == "shop"
        assert "Never dormant by silence. Former only by cancelling." in opened.page.text_content("#details")


def test_a_figure_that_changed_twice_is_told_twice(browser: Browser, changed) -> None:
    later = """
        insert into winback.metric_history by name
        select * replace ({value} as value, refresh_id + {refresh} as refresh_id, published_at + interval {refresh} day as published_at)
        from winback.metric_history where metric = 'churn_rate' and period_grain = 'year' and refresh_id = 1 and value is not null
    """
    file = changed(later.format(value=0.125, refresh=1), later.format(value=0.25, refresh=2))
    business = next(business for business in embedded(file)["businesses"] if business["restatements"])
    with Opened(browser, file, f"#language=en&business={business['business_id']}") as opened:
        rows = opened.rows("#restatements")
        assert len(rows) >= 2 and rows[0][1:4] == ["Churn rate", "12.5%", "25.0%"] and rows[-1][3] == "12.5%"


def test_the_command_draws_it_anew(golden: Project, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = golden.winback("report", WINBACK_REPORT=str(page), BROWSER="true")
    assert done.returncode == 0, done.stderr
    assert str(page) in done.stdout and embedded(page)["businesses"]


def test_a_report_that_cannot_be_written_loses_no_table(published: Project) -> None:
    (published.folder / "taken").write_text("a file, not a folder")
    taken = str(published.folder / "taken" / "report.html")
    refusal = published.refused("report", WINBACK_REPORT=taken)
    assert "WINBACK_REPORT" in refusal
    done = published.winback("refresh", "--as-of", "2025-07-01", WINBACK_REPORT=taken)
    assert done.returncode == 0 and "WARNING" in done.stderr and "report" in done.stderr
    assert published.query("select max(as_of_date)::varchar from winback.refreshes") == [("2025-07-01",)]

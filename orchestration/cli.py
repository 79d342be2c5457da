"""The `winback` command: a thin wrapper around the Dagster job."""

import gc
import sys
import webbrowser
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console

from orchestration.connections.configured import Connection
from orchestration.connections.systems import PULLABLE, SYSTEMS
from orchestration.errors import WinbackError
from orchestration.outcome import ending_in_words
from orchestration.request import Request
from orchestration.settings import STATE, Settings, load_settings, target
from orchestration.warehouses import warehouse_of


@click.group(help="Win-back, reactivation and retention figures from raw customer events.")
def winback() -> None:
    """Group of commands."""


@winback.command(help="Build every table from the landing, test them, and publish them in one step.")
@click.option("--as-of", metavar="DATE", help="The last date counted, YYYY-MM-DD. Default: the last date that is over in every business's time zone.")
@click.option("--full", is_flag=True, help="Derive everything from the landed rows again, instead of what has changed since the last refresh.")
@click.option("--reland", is_flag=True, help="Forget the landed rows, and read the whole landing again.")
@click.option("--allow-future", is_flag=True, help="Count to the date of --as-of even where it is not over yet.")
def refresh(as_of: str | None, full: bool, reland: bool, allow_future: bool) -> None:
    """Run the refresh job in this process and report its failures like the failure sensor, which sees only runs of Dagster's daemon."""
    from orchestration.notifications import notify_of_failure
    from orchestration.run import run_refresh

    with notify_of_failure(warn=_say):
        run_refresh(Request(as_of, full=full, reland=reland, allow_future=allow_future), _say)


@winback.command(
    help="Connect a business to Stripe, Shopify or HubSpot: look at the tables in PATH (a folder of Fivetran's tables or of an export; on a server a schema), and write "
    "the configuration."
)
@click.argument("system", type=click.Choice(tuple(SYSTEMS)))
@click.argument("path")
@click.option("--business", metavar="ID", help="The id of the business. Default: the name of the system.")
@click.option("--currency", metavar="CODE", help="The currency of a new business. Default: that of most amounts.")
@click.option("--timezone", metavar="NAME", help="The time zone of a new business, such as Europe/Stockholm. Default: that which the source names, else UTC.")
def connect(system: str, path: str, business: str | None, currency: str | None, timezone: str | None) -> None:
    """Write the seeds of a connection."""
    from orchestration.connections.connect import connect as write_configuration

    is_schema = target() != "duckdb"
    location = path if is_schema else str(Path(path).expanduser().absolute())
    given = {"currency": currency, "timezone": timezone}
    connection = Connection(business or system, system, "fivetran" if is_schema else "", location)
    write_configuration(connection, {name: value for name, value in given.items() if value}, _say)


@winback.command(help="Read the API of Stripe, Shopify or HubSpot into PATH, as the tables that `winback connect` reads. Without SYSTEM: every connection that was pulled before.")
@click.argument("system", required=False, type=click.Choice(tuple(PULLABLE)))
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--full", is_flag=True, help="Read everything again, not only what is new or may have changed.")
def pull(system: str | None, path: Path | None, full: bool) -> None:
    """Fill the tables of connections from an API."""
    from orchestration.connections.pull import pull as pull_one
    from orchestration.connections.pull import pull_all

    if system is None:
        pull_all(_say, whole=full)
    else:
        pull_one(system, (path or STATE / "pulled" / system).expanduser().absolute(), _say, whole=full)


@winback.command(help="Write the sample into the landing, refresh, and show the rates.")
def demo() -> None:
    """Run the main job on the sample."""
    from orchestration.published_state import last_refresh
    from orchestration.run import run_refresh
    from orchestration.sample import SAMPLE_AS_OF, is_current, is_sample, write_sample

    settings = load_settings()
    warehouse = warehouse_of(settings)
    if settings.landing.is_dir() and any(settings.landing.iterdir()) and not is_sample(settings.landing):
        raise WinbackError(f"{settings.landing} holds data of your own, which the sample would mix with. Set WINBACK_LANDING to another folder for the demo.")
    if warehouse.has_user_landing():
        raise WinbackError(f"{warehouse.name} has landing tables of your own, which the sample would replace. Name another database for the demo.")
    if not is_current(settings.landing):
        if is_sample(settings.landing) and warehouse.is_published():
            # A warehouse keeps every landed row, including those of an older sample.
            click.echo(f"The sample is another one now; the warehouse of the older one is {warehouse.archive()}.", err=True)
        write_sample(settings.landing, report=lambda line: click.echo(line, err=True))
    _load(settings)
    warehouse.tag_sample_landing()
    last = last_refresh(warehouse)
    as_of = max(SAMPLE_AS_OF, last.as_of_date if last else SAMPLE_AS_OF)
    run_refresh(Request(as_of.isoformat(), allow_future=True), _say)
    _print_headlines()


@winback.command(help="The three rates of each business's latest complete month, with intervals and pools.")
def show() -> None:
    """Print the headline rates."""
    _print_headlines()


@winback.command(help="All about one customer, to check a figure by hand: what landed, what it did, and which figures they are part of.")
@click.option("--business", required=True, metavar="ID", help="The id of the business.")
@click.option("--customer", required=True, metavar="ID", help="The id of the customer, or of one who was merged into them.")
def explain(business: str, customer: str) -> None:
    """Print the customer's page."""
    from orchestration.explain import explanation

    click.echo("\n".join(explanation(warehouse_of(load_settings()), business, customer)))


@winback.command(help="Draw the report of what is published, and open it in the browser.")
def report() -> None:
    """Write the report page."""
    from orchestration.report import write_report

    settings = load_settings()
    try:
        if warning := write_report(warehouse_of(settings), settings.report):
            _say(f"WARNING: {warning}")
    except OSError as error:
        raise WinbackError(f"The report cannot be written: {error}. Set WINBACK_REPORT to a file in a folder of yours.") from None
    click.echo(f"Report: {settings.report}")
    if not webbrowser.open(settings.report.as_uri()):
        click.echo("There is no browser to open it with here: open the file where there is one.", err=True)


@winback.command(help="Load the files of the landing folder into the landing tables of the server, replacing those of the same names.")
def land() -> None:
    """Load files into tables."""
    settings = load_settings()
    if settings.target == "duckdb":
        raise WinbackError("On DuckDB the files of the landing are read where they are: run `winback refresh`. `winback land` is for servers; WINBACK_TARGET says which.")
    _load(settings)


@winback.command(help="The Superset dashboard as a zip to import, with the connection to the published tables (URI, or that of the settings).")
@click.argument("uri", required=False)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), default=STATE / "superset_dashboard.zip", show_default=True, help="The zip to write.")
def superset(uri: str | None, output: Path) -> None:
    """Write the dashboard's zip file."""
    from orchestration.bi import connection_uri, write_dashboard

    write_dashboard(uri or connection_uri(load_settings()), output)
    click.echo(f"Superset dashboard: {output}")


@winback.command(help="dbt's documentation of all tables and columns, as one page to open in a browser.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), default=STATE / "docs" / "index.html", show_default=True, help="The page to write.")
def docs(output: Path) -> None:
    """Write the documentation page."""
    from orchestration.bi import write_docs

    write_docs(load_settings(), output)
    click.echo(f"Documentation: {output}")


def _say(line: str) -> None:
    click.echo(line, err=True)


def _load(settings: Settings) -> None:
    """On a server, load the landing files into the landing tables."""
    if settings.target == "duckdb":
        return
    from orchestration.landing_tables import load_landing

    for line in load_landing(settings.landing, warehouse_of(settings)):
        click.echo(line, err=True)


def _print_headlines() -> None:
    from orchestration.show import headline_table

    Console().print(headline_table(warehouse_of(load_settings())))


def main() -> NoReturn:
    """Run the command. A user error gives one message and exit code 1, without a traceback."""
    try:
        with ending_in_words():
            winback()
    except WinbackError as error:
        _say(f"winback: {error}")
        sys.exit(1)
    finally:
        gc.freeze()  # No garbage collection at exit: it took a second after each refresh.
    sys.exit(0)

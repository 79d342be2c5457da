"""The pulls as Dagster assets. They come before the tables that are made of them; the command line's refresh does not pull."""

from dagster import AssetExecutionContext, AssetKey, AssetsDefinition, Failure, MaterializeResult, asset

from orchestration.connections.pull import key_variable, pull, require_own_key
from orchestration.connections.pulled import pulled_connections
from orchestration.connections.systems import SYSTEMS
from orchestration.errors import WinbackError
from orchestration.settings import SEEDS


def pulled_systems() -> list[str]:
    """Return the systems with a connection that is pulled.

    Returns:
        Their names, sorted, each once. A pull that came later is seen when Dagster loads these definitions again.
    """
    return sorted({connection.system for connection in pulled_connections(SEEDS)})


def key_of_pull(system: str) -> AssetKey:
    """Return the asset of a pull.

    Args:
        system: the system.

    Returns:
        Its key.
    """
    return AssetKey(["pulled", system])


def pull_assets() -> list[AssetsDefinition]:
    """Describe the pulls of the connected systems.

    Returns:
        An asset for each system that is pulled.
    """
    return [_asset_of(system) for system in pulled_systems()]


def _asset_of(system: str) -> AssetsDefinition:
    words = f"What the API of {SYSTEMS[system]} says, as the tables of a connection. The key is in {key_variable(system)}."

    @asset(key=key_of_pull(system), group_name="pulled", description=words)
    def pulled(context: AssetExecutionContext) -> MaterializeResult:
        connections = [connection for connection in pulled_connections(SEEDS) if connection.system == system]
        try:
            for connection in connections:
                require_own_key(connection, connections)
                pull(system, connection.folder, context.log.info)
        except WinbackError as error:
            raise Failure(description=str(error), allow_retries=False) from None
        return MaterializeResult()

    return pulled

"""How Dagster's events are written to its own database."""

from typing import Any

from dagster._core.storage.event_log.sqlite import sqlite_event_log
from sqlalchemy import event
from sqlalchemy.pool import SingletonThreadPool

_new_engine = sqlite_event_log.create_engine
_engines: dict[str, Any] = {}


def keep_connections() -> None:
    """Let this process keep its connections to Dagster's SQLite files open, instead of opening one for each event.

    A refresh reports about a thousand events. Opening the files again for each takes longer than building the tables of a small company.
    An instance that keeps its events elsewhere, as in PostgreSQL, is not affected.
    """
    sqlite_event_log.create_engine = _kept_engine


def _kept_engine(url: str, **options: Any) -> Any:
    if url not in _engines:
        engine = _new_engine(url, **{**options, "poolclass": SingletonThreadPool})
        engine.dispose = lambda *_, **__: None  # Dagster disposes of the engine after each event.
        event.listen(engine, "connect", lambda connection, _: connection.execute("pragma synchronous = normal"))
        _engines[url] = engine
    return _engines[url]

"""How Dagster's events reach its own database."""

from typing import Any

from dagster._core.storage.event_log.sqlite import sqlite_event_log
from sqlalchemy import event
from sqlalchemy.pool import SingletonThreadPool

_new_engine = sqlite_event_log.create_engine
_engines: dict[str, Any] = {}


def keep_connections() -> None:
    """Let this process keep its connections to Dagster's SQLite files, instead of opening one for each event.

    A refresh reports some thousand events; opened anew for each, the files take longer than the tables of a small company.
    An instance that keeps its events elsewhere, as in PostgreSQL, is not concerned.
    """
    sqlite_event_log.create_engine = _kept_engine


def _kept_engine(url: str, **options: Any) -> Any:
    if url not in _engines:
        engine = _new_engine(url, **{**options, "poolclass": SingletonThreadPool})
        engine.dispose = lambda *_, **__: None  # Dagster disposes of it after each event.
        event.listen(engine, "connect", lambda connection, _: connection.execute("pragma synchronous = normal"))
        _engines[url] = engine
    return _engines[url]

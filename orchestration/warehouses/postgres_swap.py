"""Replaces the published schema by a finished one inside a transaction, and drops the replaced schema after it."""

import psycopg2
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.sql import SQL, Identifier, Literal

from orchestration.errors import WinbackError

DEPENDENTS = SQL(
    """
    select distinct views.oid::regclass::text
    from pg_depend as depends
    inner join pg_rewrite as rules on depends.classid = 'pg_rewrite'::regclass and depends.objid = rules.oid
    inner join pg_class as views on rules.ev_class = views.oid
    inner join pg_class as tables on depends.refclassid = 'pg_class'::regclass and depends.refobjid = tables.oid
    where tables.oid <> views.oid and {}
    order by 1
    """
)


class ReadersActive(Exception):
    """A transaction that has read the public views is still open."""


def lock_public_views(connection: Connection, public: str, models: list[str]) -> None:
    """Lock all public views, so that no transaction reads some of this refresh and some of the last.

    A session that waits for a lock while it holds others can cause a deadlock, and the server would cancel one of the two, perhaps the
    reader. It checks after `deadlock_timeout`; we give up before that.

    Args:
        connection: in a transaction.
        public: schema of the views.
        models: their names, if they exist already.

    Raises:
        ReadersActive: an open transaction has read one of them; end ours, and try again.
    """
    with connection.cursor() as cursor:
        ours = SQL("select relname from pg_class where relnamespace = to_regnamespace({}) and relkind = 'v' and relname = any ({})")
        cursor.execute(ours.format(Literal(public), Literal(models)))
        views = [Identifier(public, name) for (name,) in cursor.fetchall()]
        if views:
            cursor.execute("select setting::int * 6 / 10 from pg_settings where name = 'deadlock_timeout'")
            cursor.execute(SQL("set local statement_timeout = {}").format(Literal(cursor.fetchone()[0])))
            try:
                cursor.execute(SQL("lock table {} in access exclusive mode").format(SQL(", ").join(views)))
            except psycopg2.errors.QueryCanceled:
                raise ReadersActive from None
            cursor.execute("set local statement_timeout = 0")


def swap(connection: Connection, build: str, public: str, private: str, replaced: str, models: list[str]) -> None:
    """Point the public views at the build, and rename the build to its permanent name.

    Args:
        connection: in a transaction, which the caller ends.
        build: schema of the build.
        public: schema of the views that people read.
        private: permanent name of the schema with the tables.
        replaced: new name for the schema that had this name.
        models: names of the public tables.

    Raises:
        WinbackError: a foreign view depends on a column that the build no longer has.
    """
    with connection.cursor() as cursor:
        cursor.execute(SQL("create schema if not exists {}").format(Identifier(public)))
        for model in sorted(models):
            _point(cursor, public, model, build)
        cursor.execute(SQL("select to_regnamespace({}) is not null").format(Literal(private)))
        if cursor.fetchone()[0]:
            cursor.execute(SQL("alter schema {} rename to {}").format(Identifier(private), Identifier(replaced)))
        cursor.execute(SQL("alter schema {} rename to {}").format(Identifier(build), Identifier(private)))


def _point(cursor: Cursor, public: str, model: str, build: str) -> None:
    view = Identifier(public, model)
    columns = _columns(cursor, build, model)
    select = SQL("as select {} from {}").format(SQL(", ").join(Identifier(name) for name, _ in columns), Identifier(build, model))
    cursor.execute("savepoint before_view")
    try:
        cursor.execute(SQL("create or replace view {} {}").format(view, select))
    except psycopg2.errors.InvalidTableDefinition:
        # Columns were removed or changed. That requires a new view, which breaks the views that depend on the old one.
        cursor.execute("rollback to savepoint before_view")
        try:
            cursor.execute(SQL("drop view {}").format(view))
        except psycopg2.errors.DependentObjectsStillExist:
            cursor.execute("rollback to savepoint before_view")
            cursor.execute(DEPENDENTS.format(SQL("tables.oid = to_regclass({})").format(Literal(f"{public}.{model}"))))
            standing = ", ".join(name for (name,) in cursor.fetchall())
            raise WinbackError(
                f"The columns of {public}.{model} have changed, and {standing} depends on it. Drop that view, run again, and create it again. Nothing was published."
            ) from None
        cursor.execute(SQL("create view {} {}").format(view, select))
    except psycopg2.errors.WrongObjectType:
        raise WinbackError(f"{public}.{model} exists, and is not a view of Winback. Move it out of schema {public} and run again. Nothing was published.") from None
    _describe(cursor, "view", view, build, model)
    for name, words in columns:
        cursor.execute(SQL("comment on column {} is {}").format(Identifier(public, model, name), Literal(words)))


def _columns(cursor: Cursor, schema: str, table: str) -> list[tuple[str, str | None]]:
    cursor.execute(
        SQL("select attname, col_description(attrelid, attnum) from pg_attribute where attrelid = to_regclass({}) and attnum > 0 and not attisdropped order by attnum").format(
            Literal(f"{schema}.{table}")
        )
    )
    return cursor.fetchall()


def _describe(cursor: Cursor, kind: str, target: Identifier, schema: str, table: str) -> None:
    cursor.execute(SQL("select obj_description(to_regclass({}), 'pg_class')").format(Literal(f"{schema}.{table}")))
    cursor.execute(SQL("comment on {} {} is {}").format(SQL(kind), target, Literal(cursor.fetchone()[0])))


def drop_replaced(connection: Connection, private: str) -> list[str]:
    """Drop the replaced schemas, except those that a foreign view depends on, or that somebody is still reading.

    Args:
        connection: in no transaction.
        private: the permanent name, from which the replaced names derive.

    Returns:
        A warning for each schema that could not be dropped.
    """
    lines = []
    with connection.cursor() as cursor:
        cursor.execute(SQL("select nspname from pg_namespace where starts_with(nspname, {})").format(Literal(f"{private}_replaced_by_")))
        for (schema,) in cursor.fetchall():
            cursor.execute(DEPENDENTS.format(SQL("tables.relnamespace = to_regnamespace({0}) and views.relnamespace <> tables.relnamespace").format(Literal(schema))))
            standing = ", ".join(name for (name,) in cursor.fetchall())
            if standing:
                lines.append(
                    f"WARNING: {standing} depends on private tables, which every refresh replaces: it shows those of an older refresh, "
                    f"kept for it in {schema}. Let it read schema winback instead."
                )
                continue
            try:
                cursor.execute("set lock_timeout = '10s'")
                cursor.execute(SQL("drop schema {} cascade").format(Identifier(schema)))
            except psycopg2.errors.LockNotAvailable:
                lines.append(f"Someone still reads the tables of the previous refresh; {schema} will be dropped by the next one.")
            finally:
                cursor.execute("reset lock_timeout")
    return lines

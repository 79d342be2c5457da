"""Quotes names and values from outside, so that SQL and people cannot misread them."""

import re

MOST_SHOWN = 200


def identifier(name: str) -> str:
    """Quote a name for SQL.

    Args:
        name: of a column, table or schema.

    Returns:
        The quoted identifier.
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: object) -> str:
    """Quote a text for SQL.

    Args:
        text: a text or a path.

    Returns:
        The quoted string.
    """
    return "'" + str(text).replace("'", "''") + "'"


def spark_literal(text: object) -> str:
    """Quote a text for Spark, which reads a backslash as the start of an escape.

    Args:
        text: a text or a path.

    Returns:
        The quoted string.
    """
    return "'" + str(text).replace("\\", "\\\\").replace("'", "\\'") + "'"


def spark_identifier(name: str) -> str:
    """Quote a name for Spark.

    Args:
        name: of a column, table or database.

    Returns:
        The quoted identifier.
    """
    return "`" + name.replace("`", "``") + "`"


def portable_literal(text: object) -> str:
    """Quote a text for every engine: no quote, backslash or zero byte remains between the quotes, however a server would interpret it.

    Args:
        text: a text.

    Returns:
        The expression, in parentheses.
    """
    return "('" + re.sub(r"['\\\0]", lambda found: f"' || chr({ord(found[0])}) || '", str(text)) + "')"


def shown(text: object, most: int = MOST_SHOWN) -> str:
    """Shorten a name for a message: one line, printable, of limited length.

    Args:
        text: a name, path or header.
        most: its maximum number of characters.

    Returns:
        The text, with unprintable characters as escapes.
    """
    line = "".join(character if character.isprintable() else ascii(character)[1:-1] for character in str(text))
    return line if len(line) <= most else f"{line[: most - 1]}…"


def percent(share: float | None) -> str:
    """Format a share for people.

    Args:
        share: the share, or None.

    Returns:
        Per cent with two decimal places; a dash for None.
    """
    return "–" if share is None else f"{share:.2%}"

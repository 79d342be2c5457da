"""Names and values that come from outside, written so that SQL and people can only read them as what they are."""

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


def portable_literal(text: object) -> str:
    """Quote a text for every engine: nothing between the quotes is a quote, a backslash or a zero byte, whatever a server takes these for.

    Args:
        text: a text.

    Returns:
        The expression, in parentheses.
    """
    return "('" + re.sub(r"['\\\0]", lambda found: f"' || chr({ord(found[0])}) || '", str(text)) + "')"


def shown(text: object, most: int = MOST_SHOWN) -> str:
    """A name for a message: on one line, printable, and of limited length.

    Args:
        text: a name, path or header.
        most: characters of it.

    Returns:
        The text, with what cannot be printed as an escape.
    """
    line = "".join(character if character.isprintable() else ascii(character)[1:-1] for character in str(text))
    return line if len(line) <= most else f"{line[: most - 1]}…"

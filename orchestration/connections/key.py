"""The key of guests' ids: who orders without an account is known by a keyed hash of the address, and the key is kept outside the warehouse."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from orchestration.errors import WinbackError

VARIABLE = "WINBACK_IDENTITY_KEY"
BLOCK = 64  # bytes of a block of SHA-256
INNER, OUTER = 0x36, 0x5C  # the paddings of RFC 2104


def identity_key_file(warehouse: Path) -> Path:
    """Return where the key is kept on DuckDB.

    Args:
        warehouse: the published file.

    Returns:
        The file beside it.
    """
    return warehouse.with_name(warehouse.name + ".key")


def identity_key(file: Path) -> bytes:
    """Return the key, made on first use.

    Args:
        file: where the key is kept unless the environment has it.

    Returns:
        The key.

    Raises:
        WinbackError: the file cannot be read or written, or is empty.
    """
    return (os.environ.get(VARIABLE, "").strip() or _key_in(file)).encode()


def identity_key_variables(file: Path) -> dict[str, str]:
    """Return the key as dbt variables, made on first use.

    Args:
        file: where the key is kept unless the environment has it.

    Returns:
        The variables `identity_key_inner` and `identity_key_outer`: the key with the paddings of HMAC, in hex.

    Raises:
        WinbackError: the file cannot be read or written, or is empty.
    """
    key = identity_key(file)
    block = (hashlib.sha256(key).digest() if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
    return {f"identity_key_{name}": bytes(byte ^ padding for byte in block).hex() for name, padding in (("inner", INNER), ("outer", OUTER))}


def keyed_id(key: bytes, kind: str, text: str) -> str:
    """Return the id of a guest, as the dbt project makes it (`keyed_hash` in `macros/connections/values.sql`).

    Args:
        key: the key.
        kind: `email` or `phone`.
        text: the address in lower case, or the digits of the number after a plus.

    Returns:
        The kind and 32 hex digits of the text's keyed hash.
    """
    return f"{kind}:{hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]}"


def _key_in(file: Path) -> str:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
                new.write(secrets.token_hex(32) + "\n")
        key = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WinbackError(f"The key of guests' ids in {file} cannot be used ({error}). Restore it from its backup, or set {VARIABLE}.") from None
    if not key:
        raise WinbackError(f"The key of guests' ids in {file} is empty. Restore it from its backup: with another key, guests known so far would be new ones.")
    return key

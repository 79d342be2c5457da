"""Files that are read while they are replaced."""

import os
from pathlib import Path


def replace_file(path: Path, text: str) -> None:
    """Write a file so that readers see the old one or the new one, never half of it.

    Args:
        path: the file; its folder is there.
        text: all that it is to hold.

    Raises:
        OSError: it cannot be written.
    """
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        aside.write_text(text, encoding="utf-8")
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)

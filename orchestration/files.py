"""Files that may be read while they are replaced, and their access rights."""

import contextlib
import grp
import os
import pwd
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The permission bits of users who are neither the owner nor in the group.
OTHERS = 0o007


@contextmanager
def hidden_from_others() -> Iterator[None]:
    """Create files that only owner and group can read, whatever the umask allows: they contain data about people.

    Yields:
        Nothing.
    """
    before = os.umask(0o077)
    os.umask(before | OTHERS)
    try:
        yield
    finally:
        os.umask(before)


def real_path(path: Path) -> Path:
    """Follow symbolic links, so that their target is replaced.

    Args:
        path: a file, which need not exist.

    Returns:
        The real path of the file, existing or not.
    """
    return Path(os.path.realpath(path))


def keep_rights(path: Path, like: Path) -> str | None:
    """Give a new file the mode, owner, group and extended attributes of the file that it will replace.

    Args:
        path: the new file.
        like: the file to be replaced; if it does not exist, the new one stays as it is.

    Returns:
        A warning if this user may not change the owner or group, else None.
    """
    try:
        wanted = like.stat()
    except FileNotFoundError:
        return None
    for owner, group in ((-1, wanted.st_gid), (wanted.st_uid, -1)):
        with contextlib.suppress(OSError):
            os.chown(path, owner, group)
    path.chmod(stat.S_IMODE(wanted.st_mode))
    for name in os.listxattr(like) if hasattr(os, "listxattr") else ():  # includes access control lists
        with contextlib.suppress(OSError):
            os.setxattr(path, name, os.getxattr(like, name))
    found = path.stat()
    if (found.st_uid, found.st_gid) == (wanted.st_uid, wanted.st_gid):
        return None
    return (
        f"{like} belonged to {_names(wanted)}, and now belongs to {_names(found)}, because this user has no right to give files away: "
        "who read it by the old owner or group may not be able to. Change it back with chown, and refresh as that user or as a member of that group."
    )


def _names(of: os.stat_result) -> str:
    user, group = str(of.st_uid), str(of.st_gid)
    with contextlib.suppress(KeyError):
        user = pwd.getpwuid(of.st_uid).pw_name
    with contextlib.suppress(KeyError):
        group = grp.getgrgid(of.st_gid).gr_name
    return f"user {user}, group {group}"


def replace_file(path: Path, text: str) -> str | None:
    """Write a file so that readers see either the old or the new one, never half of it.

    Args:
        path: the file, or a link to it; its folder exists.
        text: the whole content.

    Returns:
        A warning if its owner or group could not be kept, else None.

    Raises:
        OSError: it cannot be written.
    """
    target = real_path(path)
    aside = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with hidden_from_others():
            aside.write_text(text, encoding="utf-8")
        warning = keep_rights(aside, target)
        aside.replace(target)
        return warning
    finally:
        aside.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Flush a file or folder to disk.

    Args:
        path: the file or folder.

    Raises:
        OSError: the flush failed.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

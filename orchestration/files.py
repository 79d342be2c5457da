"""Files that are read while they are replaced, and who may read them."""

import contextlib
import grp
import os
import pwd
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The rights of those who are neither a file's owner nor of its group.
OTHERS = 0o007


@contextmanager
def hidden_from_others() -> Iterator[None]:
    """Let nobody but owner and group read what is made inside, whatever the umask allows: it is about people.

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
    """Follow symbolic links, so that it is their target that is replaced.

    Args:
        path: a file, which need not be there.

    Returns:
        Where it really is, or would be.
    """
    return Path(os.path.realpath(path))


def keep_rights(path: Path, like: Path) -> str | None:
    """Give a new file the mode, owner, group and attributes of the one that it is to replace.

    Args:
        path: the new file.
        like: the one to be replaced; where it is not there, the new one stays as it is.

    Returns:
        A warning where this user may not give files away, else None.
    """
    try:
        wanted = like.stat()
    except FileNotFoundError:
        return None
    for owner, group in ((-1, wanted.st_gid), (wanted.st_uid, -1)):
        with contextlib.suppress(OSError):
            os.chown(path, owner, group)
    path.chmod(stat.S_IMODE(wanted.st_mode))
    for name in os.listxattr(like) if hasattr(os, "listxattr") else ():  # access control lists among them
        with contextlib.suppress(OSError):
            os.setxattr(path, name, os.getxattr(like, name))
    found = path.stat()
    if (found.st_uid, found.st_gid) == (wanted.st_uid, wanted.st_gid):
        return None
    return (
        f"{like} belonged to {_names(wanted)}, and now belongs to {_names(found)}, for this user has no right to give files away: "
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
    """Write a file so that readers see the old one or the new one, never half of it.

    Args:
        path: the file, or a link to it; its folder is there.
        text: all that it is to hold.

    Returns:
        A warning where its owner or group could not be kept, else None.

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
    """Write a file or folder through to the disk.

    Args:
        path: which.

    Raises:
        OSError: the disk refuses.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

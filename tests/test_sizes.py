"""No file becomes too long to read; dbt-bouncer counts the lines of models and macros (`make lint`)."""

from pathlib import Path

import pytest

from projects import ROOT

LIMITS = {"*.py": 300, "*.yml": 300}
FOLDERS = ("dbt_project", "orchestration", "tests")


def length(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize(("pattern", "limit"), LIMITS.items())
def test_no_file_is_longer_than_its_limit(pattern: str, limit: int) -> None:
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob(pattern) if "target" not in path.parts]
    assert files, "nothing was looked at"
    assert {str(path.relative_to(ROOT)): length(path) for path in files if length(path) > limit} == {}


def test_contributing_fits_on_a_screen() -> None:
    assert length(ROOT / "CONTRIBUTING.md") <= 40

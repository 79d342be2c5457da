"""tests/README.md states what each test guarantees, and names no test that does not exist."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent
# `test_x.py::test_y`, or `test_x.py` for all tests in it.
NAMED = re.compile(r"`(test_\w+\.py)(?:::(test_\w+))?`")


def names_of(path: Path) -> set[str]:
    functions = [node.name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)]
    return {name for name in functions if name.startswith("test_")}


def test_every_test_is_listed() -> None:
    written = {path.name: names_of(path) for path in TESTS.glob("test_*.py")}
    listed: dict[str, set[str]] = {name: set() for name in written}
    for row in re.findall(r"^\|.*", (TESTS / "README.md").read_text(encoding="utf-8"), re.MULTILINE):
        _, _, kept_by, _, _ = row.split("|")
        for file, test in NAMED.findall(kept_by):
            listed.setdefault(file, set()).update([test] if test else written.get(file, ()))
    assert listed == written

"""Links of the documentation, and names of its pages in the code, lead somewhere."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from projects import ROOT

DOCS = ROOT / "docs"
PAGES = sorted({*ROOT.glob("*.md"), *(page for folder in ("docs", "tests", ".github", "dbt_project/docs") for page in (ROOT / folder).rglob("*.md"))})
# Whatever has messages or comments: not what dbt generates.
FOLDERS = (".ci", ".github", "dbt_project", "docs", "orchestration", "seeds", "tests")
TEXTS = {"", ".csv", ".html", ".js", ".md", ".py", ".sql", ".toml", ".yaml", ".yml"}
GENERATED = {"target", "logs", "__pycache__"}
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)|^\s*\[[^\]]+\]:\s+(\S+)|\b(?:src|srcset|href)=\"([^\"\s]+)", re.MULTILINE)
NAMED = re.compile(r"(?<![\w/.-])docs/[\w/.-]*\w(?:#[\w-]+)?")


def prose(page: Path) -> str:
    """Return a page without its blocks of code; a longer fence may hold a shorter one."""
    lines, fence = [], ""
    for line in page.read_text(encoding="utf-8").splitlines():
        mark = re.match(r"\s*(`{3,}|~{3,})(.*)", line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not mark[2].strip():
            fence = ""
        elif not fence:
            lines.append(line)
    return "\n".join(lines)


def slugs(text: str) -> set[str]:
    """Return the anchors of the headings, as GitHub makes them."""
    seen: Counter[str] = Counter()
    found = set()
    for heading in re.findall(r"^#{1,6}\s+(.*?)\s*#*\s*$", text, re.MULTILINE):
        said = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", said.lower()).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def leads(page: Path, link: str) -> bool:
    """Tell whether a link of a page leads to a file or folder of the repository, and to a heading of it."""
    path, _, anchor = unquote(link).partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.is_relative_to(ROOT) or not target.exists():
        return False
    return not anchor or (target.suffix == ".md" and anchor in slugs(prose(target)))


def links(page: Path) -> list[str]:
    without_code = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "code", prose(page))
    found = ["".join(groups) for groups in LINK.findall(without_code)]
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def texts() -> Iterator[Path]:
    for path in [*ROOT.iterdir(), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))]:
        if path.is_file() and path.suffix in TEXTS and GENERATED.isdisjoint(path.parts):
            yield path


def test_every_link_leads_to_a_file_and_a_heading() -> None:
    found = {page: links(page) for page in PAGES}
    assert sum(map(len, found.values())) > 80, "nothing was looked at"
    assert [f"{page.relative_to(ROOT)}: {link}" for page, those in found.items() for link in those if not leads(page, link)] == []


def test_every_page_that_a_message_or_comment_names_exists() -> None:
    named = [(path, name) for path in texts() for name in NAMED.findall(path.read_text(encoding="utf-8", errors="replace"))]
    assert {"contract_checks.py", "windows.sql", "exposures.yml", "Makefile"} <= {path.name for path, _ in named}, "nothing was looked at"
    assert [f"{path.relative_to(ROOT)}: {name}" for path, name in named if not leads(ROOT / "README.md", name)] == []


def test_the_list_of_pages_has_every_page() -> None:
    listed = {(DOCS / link).resolve() for link in links(DOCS / "README.md")}
    assert {str(page.relative_to(ROOT)) for page in DOCS.rglob("*.md") if page not in listed} == {"docs/README.md"}


@pytest.mark.parametrize(
    ("headings", "anchors"),
    [
        ("# What a refresh does\n## 5. Returns & `cohorts`", {"what-a-refresh-does", "5-returns--cohorts"}),
        ("# Checks\n## Checks\n#hashtag", {"checks", "checks-1"}),
        ("# Übersicht: [a link](x.md) of some_name", {"übersicht-a-link-of-some_name"}),
    ],
)
def test_anchors_are_made_as_github_makes_them(headings: str, anchors: set[str]) -> None:
    assert slugs(headings) == anchors

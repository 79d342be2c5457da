"""Renders the page: figures, texts, style, scripts and the plotting library in one file that makes no network request."""

import contextlib
import csv
import json
from collections import defaultdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import vl_convert
import yaml
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from platformdirs import user_cache_dir

from orchestration.files import replace_file
from orchestration.settings import DBT_PROJECT

TERMS = DBT_PROJECT / "seeds" / "catalogue" / "texts.csv"
PARTS = Path(__file__).parent / "parts"
SCRIPTS = ("format.js", "charts.js", "tables.js", "recurring.js", "acquisition.js", "sections.js", "page.js")


def render(figures: dict[str, Any]) -> str:
    """Render the page.

    Args:
        figures: the result of `read_figures`.

    Returns:
        The page, as HTML.
    """
    words = yaml.safe_load((PARTS / "words.yml").read_text(encoding="utf-8"))
    terms = read_terms()
    templates = Environment(loader=FileSystemLoader(PARTS), autoescape=True)
    return templates.get_template("page.html").render(
        figures=_as_script({**figures, "words": words, "terms": terms}),
        style=Markup((PARTS / "style.css").read_text(encoding="utf-8")),
        library=Markup(plotting_library()),
        scripts=[Markup((PARTS / name).read_text(encoding="utf-8")) for name in SCRIPTS],
        as_of_date=figures["as_of_date"],
    )


def read_terms() -> dict[str, dict[str, dict[str, dict[str, str]]]]:
    """Read the labels and definitions of states and exit kinds.

    Returns:
        By kind of term, name and language: `label` and `definition`.
    """
    terms: dict = defaultdict(lambda: defaultdict(dict))
    with TERMS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            terms[row["kind"]][row["name"]][row["language"]] = {"label": row["label"], "definition": row["definition"]}
    return {kind: terms[kind] for kind in ("state", "exit_kind")}


@cache
def plotting_library() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script. It is kept in the user's cache, because bundling takes seconds.

    Returns:
        The script.
    """
    kept = Path(user_cache_dir("winback"), f"vega-{version('vl-convert-python')}.js")
    try:
        return kept.read_text(encoding="utf-8")
    except OSError:
        # In its own scope, so that its many short names do not clash with ours.
        script = f"(() => {{{vl_convert.javascript_bundle()}}})();".replace("</script", "<\\/script")
    with contextlib.suppress(OSError):  # A failure costs only seconds.
        kept.parent.mkdir(parents=True, exist_ok=True)
        replace_file(kept, script)
    return script


def _as_script(figures: dict[str, Any]) -> Markup:
    """Serialise as JSON in which no name can close the script: `<` is written as its code."""
    return Markup(json.dumps(figures, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c"))

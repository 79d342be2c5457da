"""Small plots for Dagster's pages: a few kilobytes each, because every refresh keeps its own."""

import base64
import re
from collections.abc import Iterable
from datetime import date
from typing import Any

SHOWN = 24  # months
MOST_LINES = 8  # businesses in one plot: those with the most customers
SIZE = {"width": 420, "height": 150}
# Attributes with no visible effect; without them the picture is a third smaller.
UNSEEN = re.compile(r' (?:aria-[a-z]+|role|class)="[^"]*"')
AXES = {"grid": False, "title": None, "labelFontSize": 10}


def rate_plot(rate: str, points: Iterable[tuple[str, date, float | None]]) -> str:
    """Draw a rate by month, with a line for each business.

    Args:
        rate: its name, as text alternative to the plot.
        points: business, month and rate.

    Returns:
        Markdown with the embedded plot.
    """
    rows = [{"business": business, "month": f"{month}", "rate": value} for business, month, value in points]
    spec = {
        "mark": {"type": "line", "strokeWidth": 1.5},
        "encoding": {
            "x": _months(),
            "y": {"field": "rate", "type": "quantitative", "scale": {"zero": False}, "axis": {**AXES, "format": ".0%", "tickCount": 4}},
            "color": {"field": "business", "type": "nominal", "title": None},
        },
    }
    return _markdown(rate, rows, spec)


def stock_plot(name: str, points: Iterable[tuple[str, date, int]]) -> str:
    """Draw the number of customers in each state by month, stacked.

    Args:
        name: its name, as text alternative to the plot.
        points: state, month and customers.

    Returns:
        Markdown with the embedded plot.
    """
    rows = [{"state": state, "month": f"{month}", "customers": count} for state, month, count in points]
    spec = {
        "mark": {"type": "area", "line": False},
        "encoding": {
            "x": _months(),
            "y": {"field": "customers", "type": "quantitative", "stack": "zero", "axis": {**AXES, "format": "~s", "tickCount": 4}},
            "color": {"field": "state", "type": "nominal", "title": None, "sort": ["active", "dormant", "former"]},
        },
    }
    return _markdown(name, rows, spec)


def _months() -> dict[str, Any]:
    return {"field": "month", "type": "temporal", "axis": {**AXES, "format": "%b %y", "tickCount": 6}}


def _markdown(name: str, rows: list[dict[str, Any]], spec: dict[str, Any]) -> str:
    """Embed the picture in the text, because Dagster serves no files of this project."""
    import vl_convert  # slow to import, and most commands draw nothing

    whole = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "data": {"values": rows}, **SIZE, "config": {"view": {"stroke": None}}, **spec}
    picture = UNSEEN.sub("", vl_convert.vegalite_to_svg(whole))
    return f"![{name}](data:image/svg+xml;base64,{base64.b64encode(picture.encode()).decode()})"

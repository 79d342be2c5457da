"""The screenshots in the README and the docs, taken from the sample's report: `make pictures`, after `make run`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from browsers import Opened, started  # noqa: E402

REPORT = ROOT / ".winback" / "warehouse" / "warehouse_report.html"
IMAGES = ROOT / "docs" / "images"
PICTURES = {
    "report": {"scheme": "light", "fragment": "#language=en&business=fjord&grain=month"},
    "report_dark": {"scheme": "dark", "fragment": "#language=en&business=fjord&grain=month"},
    "report_italian": {"scheme": "light", "fragment": "#language=it&business=fjord&grain=quarter"},
}
PARTS = ("details-title", "states")


def main() -> None:
    """Take each screenshot: from the business's name to the end of its states."""
    IMAGES.mkdir(exist_ok=True)
    with started() as browser:
        for name, options in PICTURES.items():
            with Opened(browser, REPORT, width=1200, **options) as opened:
                top, bottom = (opened.page.locator(f"#{part}").bounding_box() for part in PARTS)
                clip = {"x": 0, "y": top["y"] - 8, "width": 1200, "height": bottom["y"] + bottom["height"] - top["y"] + 24}
                opened.page.screenshot(path=IMAGES / f"{name}.png", full_page=True, clip=clip)
                print(f"{IMAGES / name}.png")


if __name__ == "__main__":
    main()

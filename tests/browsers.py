"""A real headless Chromium, as installed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "microsoft-edge")


def chromium() -> str:
    """Return its path; without one, tests that need it are skipped, but never on CI."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if not found:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"none of {', '.join(NAMES)} is installed; on Debian: apt-get install chromium")
    return found


@contextmanager
def started() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Root, as in a container, cannot use the sandbox.
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"] if os.getuid() == 0 else [])
        yield browser
        browser.close()


class Opened:
    """A page opened from a file; it records everything that the page logs or requests."""

    def __init__(self, browser: Browser, file: Path, fragment: str = "", scheme: str = "light", width: int = 1280, locale: str = "en-GB"):
        self.context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}, locale=locale)
        self.page: Page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.url = file.as_uri()
        self.page.goto(self.url + fragment)
        self.drawn()

    def drawn(self) -> None:
        self.page.wait_for_selector("body[data-drawn]", timeout=60_000)

    def choose(self, control: str, value: str) -> None:
        self.page.select_option(f"#{control}", value)
        self.drawn()

    def rows(self, selector: str) -> list[list[str]]:
        """Return the texts of a table's cells, including those of collapsed tables."""
        return self.page.eval_on_selector_all(f"{selector} tbody tr", "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))")

    def __enter__(self) -> "Opened":
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

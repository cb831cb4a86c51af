"""What MkDocs does to each page: fills in what is made from the code, and takes the marks for tests off code blocks."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(Path(__file__).parent), str(ROOT)]

from reference import commands, files, routes, settings

PLACE = re.compile(r"^<!-- generated: (.+) -->$", re.MULTILINE)
MARKED = re.compile(r"^(```\w+) (?:run|output|server)$", re.MULTILINE)
"""The first line of a block that a test runs, or compares with what was printed."""
INTO_DOCS = re.compile(r"\]\(docs/")
GENERATED: dict[str, Callable[[], str]] = {
    "verbs": commands.verbs,
    "routes": routes.routes,
    "settings": settings.retrain,
    "policy": settings.policy,
    "environment": settings.environment,
    "places": files.places,
    "sales columns": files.sales_columns,
    "stock columns": files.stock_columns,
    "order columns": files.order_columns,
    "wings": files.wings,
}
"""What stands after "generated:" on a page -> what makes it."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Takes the icon from the application."""
    files.append(File.generated(config, "images/icon.svg", abs_src_path=str(ROOT / "static" / "icon.svg")))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """A page as it is rendered."""
    return MARKED.sub(r"\1", PLACE.sub(lambda place: _made(place[1], page), markdown))


def _made(what: str, page: Page) -> str:
    if what.startswith("file "):
        return INTO_DOCS.sub("](", (ROOT / what.removeprefix("file ")).read_text(encoding="utf-8"))
    if what not in GENERATED:
        raise PluginError(f"{page.file.src_uri}: nothing makes {what!r}. There are {', '.join(sorted(GENERATED))}.")
    return GENERATED[what]()

"""The commands of the documentation do what their pages say: the tutorial first, then the pages on how to do something, in the shop it leaves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pandas as pd
import pytest
import warm_command
from doc_blocks import blocks, unprinted
from repository import ROOT

DOCS = ROOT / "docs"
TUTORIAL = DOCS / "tutorial" / "first-order.md"
PAGES = [page for page in sorted((DOCS / "how-to").glob("*.md")) if any(block.mark == "run" for block in blocks(page))]


@pytest.fixture
def command(tmp_path):
    """A folder with the command `shelfcast`."""
    (tmp_path / "bin").mkdir()
    with warm_command.command(tmp_path / "bin") as folder:
        yield folder


def run_page(page, folder, home, command):
    """Runs a page's blocks in order, each in a shell of its own, and compares what they print."""
    folder.mkdir()
    paths = {"PATH": f"{command}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "FORECASTING_HOME": str(home)}
    if page != TUTORIAL:
        few_sales().to_csv(folder / "sales.csv", index=False)
    printed = ""
    for block in blocks(page):
        where = f"{page.relative_to(ROOT)}:{block.line}"
        if block.mark == "run":
            start = ["sh", "-euc"] if block.language == "sh" else [sys.executable, "-c"]
            ended = subprocess.run([*start, block.text], cwd=folder, env=os.environ | paths, capture_output=True, text=True, check=False)
            printed = ended.stderr + ended.stdout
            assert ended.returncode == 0, f"{where}\n{printed}"
        elif block.mark == "output":
            missing = unprinted(block.text, printed)
            assert missing is None, f"{where} does not print {missing!r} there, but\n{printed}"


def few_sales():
    """Half a year of two series of the sample."""
    sales = pd.read_csv(ROOT / "data" / "sample.csv")
    return sales[sales["product_id"].isin(["Baguette", "Croissant"]) & (sales["region"] == "West") & (sales["date"] > "2026-05")]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_commands_print_what_the_pages_say(tmp_path, command):
    home = tmp_path / "shop"
    run_page(TUTORIAL, tmp_path / TUTORIAL.stem, home, command)
    assert (tmp_path / TUTORIAL.stem / "orders.xlsx").stat().st_size > 0
    for page in PAGES:
        shutil.copytree(home, tmp_path / f"{page.stem} shop")
        run_page(page, tmp_path / page.stem, tmp_path / f"{page.stem} shop", command)


def test_the_tutorial_and_the_pages_have_commands_to_run():
    assert len([block for block in blocks(TUTORIAL) if block.mark == "run"]) >= 8
    assert {page.stem for page in PAGES} >= {"order", "python", "retrain", "sales-file"}


@pytest.mark.parametrize(
    ("expected", "missing"),
    [("a\nc\n", None), ("b ... d\n", None), ("c\na\n", "a"), ("b\n", "b"), ("a...\n...\n", None)],
)
def test_lines_are_looked_for_in_order(expected, missing):
    assert unprinted(expected, "a\nb and d\rc\n") == missing

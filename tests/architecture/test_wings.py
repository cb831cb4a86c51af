"""Who may import whom: the contracts of pyproject.toml, run by import-linter."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib

import grimp
import pytest
from repository import ROOT


def broken_contracts(root):
    """What import-linter prints if the code below a folder breaks a contract; empty if it keeps all."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"]
    done = subprocess.run(command, cwd=root, env={"PYTHONPATH": str(root), "NO_COLOR": "1"}, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path):
    """A copy of the code and of the contracts, to change at will."""
    for folder in ("forecasting", "pages"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_code_keeps_every_contract():
    assert broken_contracts(ROOT) == ""


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("forecasting/core/panel.py", "from forecasting.services import sales", "wings"),
        ("forecasting/core/errors.py", "def f():\n    from forecasting.storage import locks", "wings"),
        ("forecasting/storage/locks.py", "import forecasting.intake.reader", "wings"),
        ("forecasting/jobs/worker.py", "from forecasting.training import pipeline", "wings"),
        ("forecasting/shelves.py", "", "wings"),
        (
            "forecasting/inventory/stock/state.py",
            "from forecasting.inventory.orders import risk",
            "stock, levels, simulation, orders, then the rest, then proposals",
        ),
        ("forecasting/services/sales.py", "import streamlit", "only the pages draw, and nothing below knows them"),
        ("forecasting/analysis/accuracy.py", "import plotly.graph_objects", "only the pages draw, and nothing below knows them"),
        ("forecasting/core/panel.py", "from pages.charts import style", "only the pages draw, and nothing below knows them"),
        ("forecasting/models/lstm/model.py", "from tensorflow.keras import layers", "only the LSTM's Keras network imports Keras and TensorFlow"),
        ("forecasting/models/prophet/curves.py", "import prophet", "only Prophet's fitting imports Prophet"),
        ("pages/overview.py", "def f():\n    from prophet import Prophet", "only Prophet's fitting imports Prophet"),
        ("pages/overview.py", "from forecasting.storage.sales.table import Dataset", "pages reach models and files through services"),
    ],
)
def test_a_wrong_import_breaks_its_contract(copy, file, line, contract):
    assert (copy / file).is_file() == bool(line)
    with (copy / file).open("a", encoding="utf-8") as source:
        source.write(f"\n{line}\n")
    found = broken_contracts(copy)
    assert f"{contract} BROKEN" in found or (not line and "forecasting.shelves" in found), found


def test_pages_import_from_below_services_for_annotations_alone():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    [below] = [tuple(each["forbidden_modules"]) for each in contracts if each["name"] == "pages reach models and files through services"]
    graph = grimp.build_graph("forecasting", "pages", exclude_type_checking_imports=True, cache_dir=None)
    at_run_time = {(page, name) for page in graph.find_descendants("pages") for name in graph.find_modules_directly_imported_by(page)}
    assert {(page, name) for page, name in at_run_time if name.startswith(below)} == set()

"""The import table: who may know whom. A module belongs to one layer and imports its own or lower ones."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = (
    # 0: know nothing
    "errors schema settings server_settings progress period words formulas locks atomic numbered estimate policy disk",
    # 1: values in, values out: what comes in, what learns, what goes out
    "table packed delimited typed reading problems amounts dates mapping cells findings keys intake change gaps lineage sample"
    " panel calendar metrics residuals series_bands total_bands bands weights blend reasons totals backtest health durations models ensemble training"
    " outliers shortages breaks cleaning newcomers seasons plausible"
    " view assumptions whatif standing judged tally accuracy attention chart_look charts accuracy_charts export rows cron"
    # what to order
    " stock stock_roles stock_cells stock_rows stock_file demand inventory classes textbook replay receipt lost_sales order_levels order_risk orders"
    " budget spending stock_path stock_charts order_words workbook workbook_columns workbook_formulas workbook_look workbook_sheet order_files",
    # 2: know files, not models
    "workspace shelves uploads damage commits dataset learned manifest versions serving events status jobs tick",
    # 3: the steps in order
    "upkeep retraining ordering followed service schedule sending kept",
    # 4: ways in
    "api_problem reach api api_errors api_access api_limits api_context api_models api_events api_sales api_jobs api_forecast api_versions api_health"
    " forecasting follow foreground worker arguments __main__",
)
LAYER = {module: layer for layer, modules in enumerate(LAYERS) for module in modules.split()}
FOR_PAGES = {
    "service",
    "kept",
    "schedule",
    "server_settings",
    "schema",
    "errors",
    "settings",
    "progress",
    "words",
    "charts",
    "accuracy_charts",
    "ordering",
    "stock_charts",
    "order_words",
    "policy",
}
FOR_SERVER = {"api", "reach", "cron"}
"""What the server around the pages knows besides."""
ONLY = {
    "streamlit": ("streamlit_app", "pages"),
    "keras": ("forecasting.models.lstm_keras",),
    "tensorflow": ("forecasting.models.lstm_keras",),
    "prophet": ("forecasting.models.prophet_fits",),
    "prophet_batch": ("forecasting.models.prophet_fits",),
}
"""Slow or shaping libraries, and the only modules or packages that import them."""

FILES = sorted([*ROOT.glob("forecasting/**/*.py"), *ROOT.glob("pages/**/*.py"), *ROOT.glob("streamlit_app.py")])


def module_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(path) for path in FILES}


def imported(source):
    """Dotted names that a source imports anywhere; of `from forecasting import x`, the module x if there is one, else the package."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield from (f"{base}.{name.name}" if base == "forecasting" and name.name in LAYER else base for name in node.names)


def part(module):
    """The name that stands in the table: "panel" for forecasting.panel, "models" for all models, "forecasting" for the package itself."""
    return [*module.split("."), module][1] if module != "forecasting" else module


def _more(module):
    return FOR_SERVER if module == "pages.server" else set()


def faults(module, source):
    """What a module imports and must not."""
    inside = module.split(".")[0] == "forecasting"
    for name in set(imported(source)):
        top = name.split(".")[0]
        if name.startswith("."):
            yield f"{module}: write {name} as an absolute import"
        elif top in ONLY and not any(module == owner or module.startswith(f"{owner}.") for owner in ONLY[top]):
            yield f"{module} imports {top}"
        elif top in ("pages", "streamlit_app") and inside:
            yield f"{module} imports {name}"
        elif top == "forecasting" and inside and LAYER.get(part(name), -1) > LAYER[part(module)]:
            yield f"{module} (layer {LAYER[part(module)]}) imports {name} (layer {LAYER[part(name)]})"
        elif top == "forecasting" and module.startswith("pages") and part(name) not in FOR_PAGES | _more(module):
            yield f"{module} imports {name}"


@pytest.mark.parametrize("module", sorted(module for module in MODULES if module.startswith("forecasting")))
def test_every_module_has_a_layer(module):
    assert part(module) in LAYER, f"Give {module} a layer in this table."


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_a_module_imports_its_own_layer_or_lower_ones(path):
    assert sorted(faults(module_of(path), path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("forecasting.panel", "from forecasting.versions import Versions"),
        ("forecasting.panel", "def f():\n    from forecasting import versions"),
        ("forecasting.errors", "import forecasting.panel"),
        ("forecasting.models.base", "from forecasting import jobs"),
        ("forecasting.service", "from forecasting import retrain_model"),
        ("forecasting.service", "import streamlit as st"),
        ("forecasting.models.lstm", "from tensorflow.keras import layers"),
        ("forecasting.models.prophet_curves", "import prophet"),
        ("forecasting.service", "from . import errors"),
        ("pages.overview", "from forecasting.jobs import Jobs"),
        ("pages.overview", "from prophet import Prophet"),
    ],
)
def test_a_wrong_import_is_found(module, source):
    assert len(list(faults(module, source))) == 1


def test_a_right_import_is_not_a_fault():
    assert list(faults("forecasting.models.prophet_fits", "from prophet import Prophet\nfrom forecasting import calendar, schema")) == []
    assert list(faults("pages.overview", "import streamlit as st\nfrom forecasting import service, words")) == []
    assert list(faults("forecasting.worker", "from forecasting import service")) == []

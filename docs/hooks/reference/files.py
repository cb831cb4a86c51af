"""Folders of the workspace and columns of files, from the code that reads and writes them."""

from __future__ import annotations

import importlib
import tomllib
from pathlib import Path

from forecasting.core import schema
from forecasting.inventory.export import columns
from forecasting.inventory.stock import state
from forecasting.storage.workspace import Workspace
from reference.markdown import code, table

ROOT = Path(__file__).resolve().parents[3]


def places() -> str:
    """Where everything lies in a workspace."""
    home = Workspace(Path())
    found = {getattr(home, name).as_posix(): (each.__doc__ or "") for name, each in vars(Workspace).items() if isinstance(each, property)}
    return table(["path", "what"], [[code(path), text] for path, text in found.items()])


def sales_columns() -> str:
    """The columns of a sales file."""
    kinds = {schema.REQUIRED: "required", schema.KEYS: "tells series apart", schema.ATTRIBUTES: "for filters", schema.DRIVERS: "what drives sales"}
    return table(["column", ""], [[code(name), text] for names, text in kinds.items() for name in names])


def stock_columns() -> str:
    """The columns of a stock file beside the keys."""
    return f"{', '.join(map(code, state.COLUMNS))}."


def order_columns() -> str:
    """The columns of the workbook of orders."""
    sheets = {"Orders": columns.ORDER_COLUMNS, "Evidence": columns.EVIDENCE_COLUMNS}
    rows = [[code(each.name), each.label, sheet, each.says] for sheet, of in sheets.items() for each in of]
    return table(["value", "in the workbook", "sheet", "says"], rows)


def wings() -> str:
    """The wings, from the lowest to the highest, each in its own words."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["name"] == "wings")
    names = [f"forecasting.{name.strip()}" for layer in reversed(layers) for name in layer.split("|")]
    modules = [importlib.import_module(name) for name in [*names, "pages", "pages.components", "pages.charts", "pages.server"]]
    return table(["wing", "in one sentence"], [[code(each.__name__.removeprefix("forecasting.")), (each.__doc__ or "").strip()] for each in modules])

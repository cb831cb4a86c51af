"""Signs that nobody sees are shown as escapes; the letters of every script stay as they are."""

from __future__ import annotations

import ast
import io
import logging
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from repository import ROOT

from forecasting.core import log_lines, unseen

UNSEEN = {
    "\x1b[31mred": r"\u001b[31mred",
    "\x9b31m": r"\u009b31m",
    "a\x00b\x7f": r"a\u0000b\u007f",
    "\u202eevil\u202c": r"\u202eevil\u202c",
    "\u2066a\u2069": r"\u2066a\u2069",
    "a\u200bb\ufeff\u2060": r"a\u200bb\ufeff\u2060",
    "soft\xadhyphen": r"soft\u00adhyphen",
    "a\u200fb\u061c": r"a\u200fb\u061c",
    "a\u200db\u200c": r"a\u200db\u200c",
    "half\ud800": r"half\ud800",
    "tag\U000e0041": r"tag\U000e0041",
    "a\u2028b": r"a\u2028b",
}
SEEN = [
    *("Bread", "Brötchen 500 g", "100 % Apfel", "C:\\users\\new", "Чай", "ชา", "पक्के", "차", "茶", "🍞", "👩\u200d🍳 cook", "नमस्\u200dते"),
    *("\u05d0\u05d1 \u200fright", "\u0645\u06cc\u200c\u062e\u0648"),
]
SIGNS = st.text(st.sampled_from("ab \\u202e0059\u200b\u202e\x1b\x9b\u200d\u200f\u05d0\u0928=;\t\n\r'\U000e0041\xad"))
TEXTS = SIGNS | st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(("text", "shown"), UNSEEN.items(), ids=ascii)
def test_signs_that_nobody_sees_are_shown(text, shown):
    assert unseen.escaped(text) == unseen.escaped_lines(text) == unseen.escaped_cell(text) == shown


@pytest.mark.parametrize("text", SEEN, ids=ascii)
def test_letters_of_every_script_stay(text):
    assert unseen.escaped(text) == unseen.escaped_lines(text) == unseen.escaped_cell(text) == unseen.read_back(text) == text


def test_a_name_stands_on_one_line_and_lines_stay_lines():
    assert unseen.escaped("a\nb\r\tc") == r"a\u000ab\u000d\u0009c"
    assert unseen.escaped_lines("a\nb\r\tc") == "a\nb\\u000d\tc"
    assert unseen.escaped_cell("a\nb\r\tc") == "a\nb\r\tc"


@given(TEXTS)
def test_a_cell_of_a_file_is_read_back_as_it_was(text):
    assert unseen.read_back(unseen.escaped_cell(text)) == text


@given(TEXTS)
def test_nothing_unseen_is_left(text):
    shown = unseen.escaped(text)
    assert not set(shown) & set("\n\r\t\x1b\x9b\u200b\u202e\xad\U000e0041")
    assert unseen.escaped(shown) == shown


def test_tables_show_names_as_they_are_shown_and_stay_as_they_were():
    table = pd.DataFrame({"a": ["x", "\u202ey", None], "n": [1, 2, 3], "c": pd.Categorical(["x", "\x1by", "x"])})
    assert unseen.legible(table)[["a", "c"]].to_numpy(dtype=object).tolist()[1] == [r"\u202ey", r"\u001by"]
    assert table["a"][1] == "\u202ey"
    plain = table.iloc[:1]
    assert unseen.legible(plain)["a"].tolist() == ["x"]


def test_no_name_forges_a_line_of_a_log():
    stream, logger = io.StringIO(), logging.Logger("told")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(log_lines.LineFormatter("%(levelname)s %(message)s"))
    logger.addHandler(handler)
    logger.warning("Merged %s.", "x\nERROR all is lost \x1b[2J")
    try:
        raise ValueError("\u202eturned")
    except ValueError:
        logger.exception("It failed.")
    first, second, *rest = stream.getvalue().splitlines()
    assert first == r"WARNING Merged x\u000aERROR all is lost \u001b[2J."
    assert second == "ERROR It failed."
    assert rest[0].startswith("Traceback")
    assert rest[-1] == r"ValueError: \u202eturned"


def test_a_job_writes_its_log_so_before_any_library_of_numbers_is_loaded():
    found = "import sys, forecasting.services.worker; print([name for name in ('numpy', 'pandas') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", found], cwd=ROOT, capture_output=True, text=True, check=True).stdout == "[]\n"


def test_every_table_of_a_page_is_legible():
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "pages").rglob("*.py")}
    functions = {(path, node.name): node for path, tree in trees.items() for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    shown = [
        (path.name, ast.unparse(node.args[0]), _made(functions, path, _given(function, node.args[0])))
        for (path, _), function in functions.items()
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("st.dataframe", "st.table", "cells.show") and path.name != "cells.py"
    ]
    assert len(shown) > 8
    assert [table for table in shown if "legible(" not in table[2] and ".map(markdown.plain)" not in table[2]] == []


def _given(function: ast.FunctionDef, table: ast.expr) -> ast.expr:
    """The expression that a table, or what it is a part of, was given by: its own, or the last one that its name got in this function."""
    name = ast.unparse(table)
    assigned = [node.value for node in ast.walk(function) if isinstance(node, ast.Assign) and name in _names(node.targets)]
    given = assigned[-1] if assigned else table
    return _given(function, given.value) if isinstance(given, ast.Subscript) else given


def _names(targets: list[ast.expr]) -> list[str]:
    return [ast.unparse(each) for target in targets for each in (target.elts if isinstance(target, ast.Tuple) else [target])]


def _made(functions: dict[tuple[Path, str], ast.FunctionDef], path: Path, given: ast.expr) -> str:
    """The source that makes a table: of the expression, or of the function that makes it once for all who look (`once(owner, function, ...)`)."""
    if not (isinstance(given, ast.Call) and ast.unparse(given.func).endswith("once")):
        return ast.unparse(given)
    module, _, name = ast.unparse(given.args[1]).rpartition(".")
    there = [node for (file, other), node in functions.items() if other == name and (file == path if not module else file.stem == module)]
    return "".join(ast.unparse(line) for node in there for line in node.body)

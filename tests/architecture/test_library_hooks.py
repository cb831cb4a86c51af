"""How hooks into libraries are looked at: each has a test in test_library_hooks_*.py that names it when an upgrade takes it away."""

from __future__ import annotations

import ast
import importlib.metadata

import pytest
from library_hooks import relies_on
from repository import ROOT

HOOKED = relies_on("xlsxwriter", "Worksheet._knot", used_by="forecasting/inventory/export/sheet.py", to="tie it", gone=lambda _: None)
OWN, INSIDE = ("__future__", "forecasting", "pages"), ("streamlit.runtime", "streamlit.web", "streamlit.elements")


def test_a_hook_that_is_gone_is_named_with_its_library_and_with_what_relies_on_it(monkeypatch):
    def look():
        raise AttributeError("no attribute '_knot'")

    with pytest.raises(pytest.fail.Exception) as failed:
        HOOKED(look)(there=True, monkeypatch=monkeypatch)
    assert str(failed.value) == (
        f"xlsxwriter {importlib.metadata.version('xlsxwriter')} has changed or dropped Worksheet._knot;"
        " forecasting/inventory/export/sheet.py relies on it to tie it. See what took its place, change forecasting/inventory/export/sheet.py,"
        " then this test. (AttributeError: no attribute '_knot')"
    )


def test_a_test_that_passes_without_its_hook_is_found(monkeypatch):
    def look(): ...

    HOOKED(look)(there=True, monkeypatch=monkeypatch)
    with pytest.raises(AssertionError, match=r"The test passes without Worksheet\._knot, so it does not look at it\."):
        HOOKED(look)(there=False, monkeypatch=monkeypatch)


def test_a_hook_can_be_taken_away_by_its_path(monkeypatch):
    def look():
        assert importlib.metadata.version

    by_path = relies_on("xlsxwriter", "its version", used_by="pyproject.toml", to="name it", gone="importlib.metadata.version")
    by_path(look)(there=False, monkeypatch=monkeypatch)
    assert not hasattr(importlib.metadata, "version")


def private_imports(source):
    """What a module imports by a private name, or from inside of Streamlit; what it imports for types alone, mypy looks at."""
    tree = ast.parse(source)
    types = [node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    skipped = {inner for node in types for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node not in skipped and node.module.split(".")[0] not in OWN:
            names = [*node.module.split("."), *(name.name for name in node.names)]
            if node.module.startswith(INSIDE) or any(name.startswith("_") for name in names):
                yield ast.unparse(node)


def test_every_private_import_is_among_the_hooks():
    hooks = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests/architecture").glob("test_library_hooks_*.py"))
    files = [ROOT / "streamlit_app.py", *(ROOT / "forecasting").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]
    found = {path.relative_to(ROOT).as_posix(): list(private_imports(path.read_text(encoding="utf-8"))) for path in files}
    private = {file for file, lines in found.items() if lines}
    assert "pages/server/login_wall.py" in private
    assert {file for file in private if file not in hooks} == set()

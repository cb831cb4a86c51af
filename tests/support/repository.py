"""Where things lie in the repository."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = next(folder for folder in Path(__file__).resolve().parents if (folder / "pyproject.toml").is_file())
DATA: Final = ROOT / "tests" / "data"
"""Saved workspaces of every published format, and other files to compare with."""

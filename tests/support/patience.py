"""How long tests wait for what must come: so long that a busy machine never gets there, and no test that passes waits it out."""

from __future__ import annotations

PATIENCE = 300.0
"""Seconds. The limit of a whole test in pyproject.toml is longer, so that a wait fails with what it waited for."""

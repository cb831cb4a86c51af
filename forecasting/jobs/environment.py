"""What a process of ours is started with."""

from __future__ import annotations

import os
from typing import Final

from forecasting.core import alert_variables, locations

SECRETS: Final = ("FORECASTING_API_TOKEN", *alert_variables.SECRETS)
"""Environment variables that are not passed on."""


def variables(**more: str) -> dict[str, str]:
    """The variables of this process without its secrets, so that the other one finds our packages and says where it died, and some more."""
    paths = [str(locations.application_folder()), *filter(None, [os.environ.get("PYTHONPATH")])]
    passed = {name: value for name, value in os.environ.items() if name not in SECRETS}
    return {**passed, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1", **more}

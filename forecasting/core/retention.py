"""How much of what was saved is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Final

from forecasting.core.errors import SettingsError
from forecasting.core.settings import require

VARIABLES: Final = {
    "versions": "FORECASTING_KEEP_VERSIONS",
    "versions_mb": "FORECASTING_KEEP_VERSIONS_MB",
    "jobs": "FORECASTING_KEEP_JOBS",
    "jobs_mb": "FORECASTING_KEEP_JOBS_MB",
    "uploads": "FORECASTING_KEEP_UPLOADS",
    "uploads_mb": "FORECASTING_KEEP_UPLOADS_MB",
    "uploads_days": "FORECASTING_KEEP_UPLOADS_DAYS",
}
"""Field -> variable of the environment."""


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How much is kept; what is older is deleted after retrains and merges, but never the live version, a job that runs, or what these need.

    Args:
        versions: Newest versions to keep, at least 2; 0 for all.
        versions_mb: Megabytes of all versions together, of which 2 stay in any case; 0 for no limit.
        jobs: Newest jobs to keep, at least 1; 0 for all.
        jobs_mb: Megabytes of all jobs together, of which 1 stays in any case; 0 for no limit.
        uploads: Newest uploads that can be taken back, and whose files stay in any case; 0 for all.
        uploads_mb: Megabytes of the files of all uploads together; 0 for no limit.
        uploads_days: Days for which the files of uploads stay; 0 for ever.
    """

    versions: int = 30
    versions_mb: int = 10_000
    jobs: int = 100
    jobs_mb: int = 1_000
    uploads: int = 30
    uploads_mb: int = 1_000
    uploads_days: int = 0

    def __post_init__(self) -> None:
        require(self.versions == 0 or self.versions >= 2, f"Versions to keep are at least 2, or 0 for all, not {self.versions}.")
        require(self.jobs >= 0, f"Jobs to keep are at least 1, or 0 for all, not {self.jobs}.")
        require(self.uploads >= 0, f"Uploads to keep are at least 1, or 0 for all, not {self.uploads}.")
        for name in ("versions_mb", "jobs_mb", "uploads_mb", "uploads_days"):
            require(getattr(self, name) >= 0, f"{VARIABLES[name]} is at least 1, or 0 for no limit, not {getattr(self, name)}.")

    @classmethod
    def from_environ(cls, environment: Mapping[str, str], base: Retention | None = None) -> Retention:
        """The retention that environment variables ask for, else that of `base`; raises SettingsError for a number outside its range."""
        stated = {field.name: environment.get(VARIABLES[field.name], "") for field in fields(cls)}
        return replace(base or cls(), **{field: _whole(VARIABLES[field], text) for field, text in stated.items() if text.strip()})


def _whole(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise SettingsError(f"{name} is a whole number, 0 for all, not {text!r}.") from error

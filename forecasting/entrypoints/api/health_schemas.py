"""How a retraining stands, and whether all is well, as the API says it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field


class Job(BaseModel):
    """How a retraining stands."""

    job: int
    state: Literal["running", "done", "failed", "cancelled"]
    started: datetime
    ended: datetime | None
    fraction: float = Field(description="Share done, from 0 to 1.")
    elapsed: float = Field(description="Seconds since it started.")
    remaining: float | None = Field(description="Seconds left. Null if not known.")
    stage: str
    reason: str = Field(description="Why there is no result, and what to do.")
    version: int | None = Field(description="The version it published.")
    events: str = Field(description="The address of its events.")


class Disk(BaseModel):
    """The disk of the workspace, in bytes."""

    free: int
    total: int


class Plan(BaseModel):
    """The schedule of retrains."""

    every: str = Field(description="A cron expression, with its time zone where it has one of its own. Several are parted by semicolons.")
    next: datetime
    coming: list[datetime] = Field(description="The next three moments, each with the offset of its time zone.")
    last: str = Field(description="What the last scheduled run did. Empty before the first.")


class Health(BaseModel):
    """Whether all is well, for whoever watches the server."""

    status: Literal["ok", "no version", "disk nearly full"]
    version: int | None = Field(description="The version in use.")
    refused: list[int] = Field(description="Newer versions that are damaged, or cannot be read now.")
    job: Job | None = Field(description="The newest retraining.")
    schedule: Plan | None = Field(description="Null if there is no schedule.")
    disk: Disk
    uptime: float = Field(description="Seconds since the server started.")


class Pulse(BaseModel):
    """Whether all is well, for strangers."""

    status: Literal["ok", "not ok"]

"""What is answered about the forecast that served, and what is sent about findings."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class FindingShown(BaseModel):
    """One thing that differs from what was promised."""

    id: str = Field(description="The same on every look while it lasts.", examples=["group:level:store=North:down"])
    level: Literal["file", "group", "series"]
    what: Literal["level", "coverage", "rows", "zeros", "weekdays", "prices", "uploads"]
    key: dict[str, str] = Field(description="Which group or series; empty for the file.")
    since: str | None = Field(description="The first day of it.")
    size: float | None = Field(description="By how much, as a share (-0.12 sold 12 % less than forecast); days of missing rows, zeros and uploads.")
    lower: float | None = Field(description="Lower end of the 90 % range of the size.")
    upper: float | None = Field(description="Its upper end.")
    years: float | None = Field(description="In how many years chance alone leads this far about once.")
    loudness: Literal["alarm", "watch", "note"]
    explains: tuple[int, int] | None = Field(description="How many of its series follow it, and how many it has.")
    acknowledged: bool = Field(description="Whether somebody said to know of it.")
    text: str = Field(description="All of it in words, with what to do.")


class MonitorAnswer(BaseModel):
    """What became of the forecast that served."""

    days: int = Field(description="Days (weeks, months) that were graded, each with the forecast that was live when it began.")
    wape: float | None = Field(description="The error that was met, of a series and day.")
    promised_wape: float | None = Field(description="The error in the past check.")
    coverage_80: float | None = Field(description="Share of days that the 80 % ranges held.")
    promised_coverage_80: float | None = Field(description="The same in the past check.")
    sold: float
    forecast: float
    version: int = Field(description="The version that serves.")
    judged: bool = Field(description="Whether the past check has enough cutoffs to judge levels and ranges by; rows always are.")
    next_look: str = Field(description="When the file and its groups are looked at again.")
    text: str = Field(description="The highest finding, or that all is as promised.")
    findings: list[FindingShown] = Field(description="The most important first.")


class Acknowledgement(BaseModel):
    """A finding that somebody knows of."""

    id: str = Field(max_length=2000, description="Its id.", examples=["group:level:store=North:down"])

"""What became of the forecast that served: what was promised and met, and what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forecasting.analysis.monitoring import grading
from forecasting.analysis.monitoring.findings import Finding
from forecasting.analysis.monitoring.grading import Graded
from forecasting.analysis.monitoring.look import Look
from forecasting.core import formatting, schema
from forecasting.core.arrays import known_sum, share
from forecasting.core.period import DAY
from forecasting.training import metrics


@dataclass(frozen=True, eq=False)
class Monitor:
    """What became of the forecast that served.

    Args:
        version: The version that serves.
        graded: The newest steps.
        promised: Its error at past cutoffs, a series and step, as a share; NaN where not known.
        promised_coverage: The share of steps that its 80 % ranges held there.
        usual_weeks: The error that nine of ten weeks of past cutoffs lay between.
        smallest: The smallest change of the level that an alarm shows, by what it is of: a share; the file, then its largest groups.
        look: What was found, before anybody's word on it.
        findings: What was found, with late uploads and what people know of.
    """

    version: int
    graded: Graded
    promised: float
    promised_coverage: float
    usual_weeks: tuple[float, float]
    smallest: tuple[tuple[Mapping[str, str], float], ...]
    look: Look
    findings: tuple[Finding, ...]

    @property
    def days(self) -> int:
        """Steps that were graded."""
        return self.graded.days

    @property
    def first(self) -> pd.Timestamp | None:
        """The first of them; None without any."""
        known = self.graded.known.any(axis=0)
        return self.graded.dates[int(known.argmax())] if known.any() else None

    @property
    def wape(self) -> float:
        """The error that was met; NaN without any graded step."""
        return float(metrics.wape(self.graded.y, self.graded.line))

    @property
    def coverage(self) -> float:
        """Share of series-steps that the 80 % ranges held; NaN without any."""
        outside = self.graded.outside
        return float(share(np.asarray((outside == 0).sum()), np.asarray((outside >= 0).sum())))

    @property
    def sold(self) -> float:
        """Units sold on the graded steps."""
        return float(np.where(self.graded.known, self.graded.y, 0.0).sum())

    @property
    def forecast(self) -> float:
        """Units that were expected on them."""
        return float(np.where(self.graded.known, self.graded.expected, 0.0).sum())

    @property
    def daily(self) -> pd.DataFrame:
        """Columns `ds, sold, forecast, version`: a row a graded step."""
        known, of = self.graded.known, self.graded
        sums = {name: known_sum(np.where(known, values, np.nan), axis=0) for name, values in (("sold", of.y), ("forecast", of.expected))}
        table = pd.DataFrame({schema.DS: of.dates, **sums, "version": of.version})
        some = np.flatnonzero(known.any(axis=0))
        return table.iloc[some].reset_index(drop=True)

    @property
    def weekly(self) -> pd.DataFrame:
        """Columns `ds` (the first step) and `wape`: a row a week of graded steps, Monday to Sunday; a step a row in files of weeks or months."""
        of, known = self.graded, self.graded.known.any(axis=0)
        starts = of.dates - pd.to_timedelta(of.dates.day_of_week, unit="D") if of.period == DAY else of.dates
        weeks = [(start, known & np.asarray(starts == start)) for start in starts.unique()]
        errors = [(start, float(metrics.wape(of.y[:, steps], of.line[:, steps]))) for start, steps in weeks if steps.any()]
        return pd.DataFrame(errors, columns=[schema.DS, "wape"])

    @property
    def alarms(self) -> tuple[Finding, ...]:
        """Alarms that nobody said to know of."""
        return tuple(each for each in self.findings if each.loudness == "alarm" and not each.acknowledged)

    @property
    def next_look(self) -> pd.Timestamp:
        """When the file and its groups are looked at again."""
        return grading.next_look(self.graded.dates[-1], self.graded.period)

    @property
    def sentence(self) -> str:
        """The highest finding, or that all is as promised, in one line."""
        if self.alarms:
            more = f", and {formatting.count(len(self.alarms) - 1, 'finding')} more" if len(self.alarms) > 1 else ""
            return f"{self.alarms[0].fact}{more}"
        period = self.graded.period
        if not self.days:
            return "No day has been graded yet: sales of days after the training are needed."
        if not self.look.is_judged:
            return f"Not judged yet: the past check has too few cutoffs. {period.count(self.days)} are graded."
        return "Sales run as promised"

    def to_json(self) -> dict[str, Any]:
        """Its members for scripts."""
        numbers = {"wape": self.wape, "promised_wape": self.promised, "coverage_80": self.coverage, "promised_coverage_80": self.promised_coverage}
        return {
            "days": self.days,
            **{name: None if np.isnan(value) else round(value, 4) for name, value in numbers.items()},
            "sold": round(self.sold, 2),
            "forecast": round(self.forecast, 2),
            "version": self.version,
            "judged": self.look.is_judged,
            "next_look": f"{self.next_look:%Y-%m-%d}",
            "text": self.sentence,
            "findings": [finding.to_json() for finding in self.findings],
        }

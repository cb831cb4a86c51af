"""How far the network looks back: in days for daily files, else in weeks or months."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from forecasting.core.period import DAY, MONTH, WEEK, Period


@dataclass(frozen=True, kw_only=True)
class Spans:
    """Time spans, in steps of one period.

    Args:
        period: The step.
        least: Steps that a file needs for a network.
        direct: Fewest steps that the network forecasts in one go, if the horizon is not shorter.
        known: Steps after which the level of a series is roughly known.
        before: Most steps that a training window needs before it.
        level: Steps whose mean is a series' scale, without years to learn from.
        waves: Steps of history from which waves over the year are an input.
        short, around, recent, long: Cycles that a mean of the same day of the cycle is taken over; `around` is odd.
        fading: Steps over which recent peculiarities fade, short and long.
        means: Steps of the recent means of a series, the year last.
    """

    period: Period
    least: int
    direct: int
    known: int
    before: int
    level: int
    waves: int
    short: int
    around: int
    recent: int
    long: int
    fading: tuple[int, int]
    means: tuple[int, int, int, int]

    @property
    def cycle(self) -> int:
        """Steps of the short season."""
        return self.period.cycle

    @property
    def year(self) -> int:
        """Steps from a day back to the same day a year ago."""
        return self.period.year

    @property
    def smooth_lag(self) -> int:
        """Steps after which the mean around a step is known."""
        return self.around // 2 * self.cycle

    @property
    def years(self) -> int:
        """Steps of two years, from which on the network learns the time of the year from a year ago only."""
        return 2 * self.year + 2


_DAYS: Final = Spans(
    period=DAY,
    least=35,
    direct=7,
    known=28,
    before=56,
    level=56,
    waves=500,
    short=4,
    around=5,
    recent=8,
    long=52,
    fading=(7, 28),
    means=(7, 28, 91, 364),
)
_WEEKS: Final = Spans(
    period=WEEK, least=20, direct=4, known=4, before=10, level=10, waves=70, short=4, around=3, recent=8, long=52, fading=(2, 8), means=(2, 4, 13, 52)
)
_MONTHS: Final = Spans(
    period=MONTH, least=15, direct=2, known=2, before=6, level=6, waves=17, short=2, around=1, recent=3, long=12, fading=(1, 3), means=(1, 3, 6, 12)
)
_SPANS: Final = {spans.period.name: spans for spans in (_DAYS, _WEEKS, _MONTHS)}


def spans_of(period: Period) -> Spans:
    """The spans of files with steps of a period."""
    return _SPANS[period.name]

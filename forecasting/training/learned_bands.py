"""What a version's past errors say about sums over some windows, learned when it was published: a file that a server reads by window."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from forecasting.core.arrays import FloatArray
from forecasting.training import kept_table
from forecasting.training.backtest import Backtest
from forecasting.training.bands.law import Law
from forecasting.training.bands.series import SeriesBands
from forecasting.training.number_columns import NumberColumns

if TYPE_CHECKING:
    from forecasting.training.ensemble import Ensemble

NAME: Final = "bands.parquet"
"""A row a series, a column a window now or at a past cutoff: `14`, `14 0`; absent in versions of earlier releases."""
FORM: Final = 1
"""Of what the numbers mean: another one is not read. It changes whenever the same errors give other bands."""


@dataclass(frozen=True, eq=False)
class LearnedBands:
    """Bands of single series that were learned from a backtest.

    Args:
        past: The backtest; of another one they say nothing.
        facts: Name of a column -> all of its bands that is no number a series; None where no such sum was seen.
        own: The same names -> shape (n,), each series' error relative to the law.
    """

    past: Backtest
    facts: Mapping[str, Mapping[str, Any] | None]
    own: Mapping[str, np.ndarray]

    def has(self, window: int) -> bool:
        """Whether those of sums over so many days are here."""
        return str(window) in self.facts

    def has_past(self, window: int) -> bool:
        """Whether those at each past cutoff are here."""
        return _past(window, 0) in self.facts

    def now(self, window: int) -> SeriesBands | None:
        """What all errors say about sums over so many days; None where no such sum was seen."""
        return self._bands(window, str(window))

    def then(self, window: int) -> list[SeriesBands | None]:
        """What they say at each past cutoff, learned from the errors of the others."""
        return [self._bands(window, _past(window, cut)) for cut in range(len(self.past.cutoffs))]

    def _bands(self, window: int, name: str) -> SeriesBands | None:
        facts = self.facts[name]
        if facts is None:
            return None
        levels = _numbers(facts["levels"])
        rest = _numbers(facts["rest"]).reshape(len(levels), -1)
        return SeriesBands(window, Law(**facts["law"]), self.own[name], levels, facts["shift"], facts["freedom"], rest)


def write(ensemble: Ensemble, windows: Collection[int], then: Collection[int], folder: Path) -> None:
    """Learns an ensemble's bands and writes them into its folder; nothing where it has no past errors.

    Args:
        ensemble: Whose.
        windows: Days of which sums are asked for.
        then: Those of them that are asked for at each past cutoff too.
        folder: A version's.
    """
    bands = dict(_learned(ensemble, sorted(windows), sorted(then)))
    if not bands:
        return
    facts = {name: None if of is None else _facts(of) for name, of in bands.items()}
    table = pa.table({name: of.own for name, of in bands.items() if of is not None})
    kept_table.write(table, folder / NAME, FORM, {"bands": facts}, use_dictionary=False)


def read(folder: Path, past: Backtest, n: int) -> LearnedBands | None:
    """The bands that `write` wrote of n series, each read when it is asked for; None where there are none, or of another form."""
    head = kept_table.head(folder / NAME, FORM)
    if head is None:
        return None
    return LearnedBands(past, head.facts["bands"], NumberColumns(folder / NAME, head.names, (n,)))


def _learned(ensemble: Ensemble, windows: list[int], then: list[int]) -> Iterator[tuple[str, SeriesBands | None]]:
    if not len(ensemble.past.cutoffs):
        return
    yield from ((str(window), ensemble.calibrated(window)) for window in windows)
    for window in then:
        yield from ((_past(window, cut), of) for cut, of in enumerate(ensemble.calibrated_past(window)))


def _facts(of: SeriesBands) -> dict[str, Any]:
    law = {name: float(value) for name, value in of.law._asdict().items()}
    return {"law": law, "levels": _text(of.levels), "shift": float(of.shift), "freedom": float(of.freedom), "rest": _text(of.rest)}


def _text(numbers: FloatArray) -> str:
    """Numbers as text, bit for bit in half of the room that they take in digits."""
    return b64encode(np.ascontiguousarray(numbers, dtype="<f8").tobytes()).decode("ascii")


def _numbers(text: str) -> FloatArray:
    """The numbers behind `_text`, shape (m,)."""
    return np.frombuffer(b64decode(text), dtype="<f8").astype(np.float64)


def _past(window: int, cut: int) -> str:
    """The name of the column of a window at the cutoff at this position."""
    return f"{window} {cut}"

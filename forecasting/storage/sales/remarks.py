"""What a person should know of an upload beside the saved sales: names that differ from saved ones in their spelling only, outsized sales."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.core import outsizes, schema
from forecasting.core.spellings import ALIKE, loose

SHOWN = 3
"""Names that a remark shows, at most."""


def remarks(saved: pd.DataFrame, upload: pd.DataFrame, series: list[np.ndarray]) -> tuple[str, ...]:
    """Sentences for a person.

    Args:
        saved: The saved sales, sorted by series.
        upload: The upload's sales.
        series: The number of each row's series, of both.
    """
    names = [_alike(saved[key], upload[key]) for key in schema.KEYS if key in saved and key in upload]
    units = [frame[schema.SALES].to_numpy(dtype=float) for frame in (saved, upload)]
    numbers = np.unique(series[1], return_inverse=True)[1]
    few = np.bincount(numbers[units[1] > 0], minlength=len(numbers)) < outsizes.MIN_DAYS  # of the others the file itself says what is usual
    large = outsizes.note(upload, *outsizes.outsized(np.where(few[numbers], units[1], np.nan), series[1], units[0], series[0]))
    return tuple(text for text in (*names, large) if text)


def _alike(saved: pd.Series, upload: pd.Series) -> str:
    """New names that are spelled like a saved one; empty if there are none."""
    known, given = pd.Index(saved.unique()), pd.Index(upload.unique())
    new = given[~given.isin(known)]
    if not len(new):
        return ""
    spelled = {loose(name): name for name in reversed(known.tolist())}
    pairs = [f'"{name}" from "{spelled[loose(name)]}"' for name in new if loose(name) in spelled]
    if not pairs:
        return ""
    shown = ", ".join(pairs[:SHOWN]) + (f", and {len(pairs) - SHOWN:,} more" if len(pairs) > SHOWN else "")
    new_one = "A new name differs from a saved one" if len(pairs) == 1 else "New names differ from saved ones"
    return f"{new_one} {ALIKE}: {shown}. Each has forecasts of its own."

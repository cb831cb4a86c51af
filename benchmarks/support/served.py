"""What would have been served on a past day, trained once and kept as arrays."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.support import origins
from forecasting.core import schema
from forecasting.core.panel import Panel
from forecasting.core.settings import Settings
from forecasting.models import registry
from forecasting.training import pipeline
from forecasting.training.backtest import Backtest
from forecasting.training.ensemble import Ensemble

ENOUGH = 6
"""Origins that one long backtest must have; a file that is too short for them is trained at past days instead."""


def at(whole: Panel, days: int, settings: Settings, file: Path | None = None) -> Ensemble:
    """The ensemble of a retrain when so many days were known, without its models; drivers count as known ahead.

    Args:
        whole: All sales.
        days: Days known.
        settings: Of the retrain.
        file: Where it is kept, an .npz beside a .parquet; None for nowhere.
    """
    panel = origins.planned(whole).cut(days)
    if file is not None and file.exists():
        return load(file, panel)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:  # a network leaves much behind
        made = pool.submit(_trained, panel, settings).result()
    if file is not None:
        save(made, file)
    return made


def _trained(panel: Panel, settings: Settings) -> Ensemble:
    return replace(pipeline.train(panel, settings), models={})


def past_days(days: int, horizon: int) -> tuple[int, ...]:
    """Days known at six retrains half a horizon apart, the last one a horizon before the end.

    Example:
        >>> past_days(208, 28)
        (110, 124, 138, 152, 166, 180)
    """
    return tuple(days - horizon - horizon // 2 * back for back in reversed(range(ENOUGH)))


def many(whole: Panel, settings: Settings, folder: Path | None = None) -> Iterator[Ensemble]:
    """What would have been served on many past days: from one long backtest, or of a short file from retrains."""
    days, horizon = len(whole.dates), settings.horizon
    cuts = origins.cutoffs(days, horizon)[origins.EARLIER :]
    if len(cuts) < ENOUGH:
        for cut in past_days(days, horizon):
            yield at(whole, cut, settings, None if folder is None else folder / f"{cut}.npz")
        return
    files = [] if folder is None else [folder / f"{cut}.npz" for cut in cuts]
    if files and all(file.exists() for file in files):
        yield from (load(file, origins.planned(whole).cut(cut)) for file, cut in zip(files, cuts, strict=True))
        return
    for place, origin in enumerate(origins.replay(origins.record(whole, settings), settings)):
        made = replace(origin.ensemble, models={})
        if files:
            save(made, files[place])
        yield made


def save(made: Ensemble, file: Path) -> None:
    """Keeps what was forecast and judged, without models and sales."""
    file.parent.mkdir(parents=True, exist_ok=True)
    made.health.to_parquet(file.with_suffix(".parquet"), index=False)
    ahead = {f"ahead_{name}": values for name, values in made.yhat.items()}
    past = {f"past_{name}": values for name, values in made.past.yhat.items()}
    np.savez_compressed(file, cutoffs=made.past.cutoffs.to_numpy().astype("datetime64[us]"), y=made.past.y, bands=made.bands, **ahead, **past)


def load(file: Path, panel: Panel) -> Ensemble:
    """What `save` kept, of these sales."""
    with np.load(file, allow_pickle=False) as kept:
        names = [name for name in (*registry.names(), schema.BLEND, schema.EXPECTED) if f"past_{name}" in kept.files]
        ahead, past = ({name: kept[f"{part}_{name}"] for name in names} for part in ("ahead", "past"))
        backtest = Backtest(pd.DatetimeIndex(kept["cutoffs"]), kept["y"], past)
        return Ensemble(panel, ahead, kept["bands"], backtest, pd.read_parquet(file.with_suffix(".parquet")), {})

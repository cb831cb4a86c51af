"""What a version forecast for each series and day, with all that is needed to grade it later, when the version itself may be gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting.analysis.monitoring import common_factor, scores
from forecasting.analysis.monitoring.scores import Scoring, Yardstick
from forecasting.core import caches, schema
from forecasting.core.arrays import FloatArray
from forecasting.training.bands.occasions import ORDINARY
from forecasting.training.ensemble import Ensemble

VERSION, LINE, SCALE, BIN, DISPERSION, OCCASION = "version", "line", "scale", "bin", "dispersion", "occasion"
LAYERS: Final = ("calm", "correction", "result")
"""What may be laid over the expected units of the models, each a column where it applies; without it the result is what the models expect."""
REFERENCE, POWER = "reference", "power"


@dataclass(frozen=True, eq=False)
class PastScores:
    """Scores of an ensemble's past forecasts, and how its days are scored.

    Args:
        scoring: How.
        past: Shape (K, n, h).
    """

    scoring: Scoring
    past: FloatArray


def past_scores(ensemble: Ensemble) -> PastScores | None:
    """How to score an ensemble's days, learned from its past; None where nothing was judged."""
    if not len(ensemble.past.cutoffs):
        return None
    blocks = common_factor.blocks_of(ensemble.labels.get(schema.CATEGORY), len(ensemble.panel))
    factor = common_factor.factors(*ensemble.expected_errors, blocks)
    learned = scores.learn_scoring(ensemble.errors, ensemble.expected_errors, factor)
    return None if learned is None else PastScores(*learned)


def published_frame(ensemble: Ensemble, version: int) -> tuple[pd.DataFrame, dict[str, Any]]:
    """A row a series and day, and the facts that all rows share.

    Returns:
        Columns `version, unique_id, ds`; `line` and `expected`, what the models forecast, in units; the bands; `scale` (what an error is divided
        by), `bin` (which past errors it is compared with, -1 for series that are scored as counts) and `dispersion` (of such a series); `occasion`
        (0 for an ordinary day). The facts are `reference`, the past errors of each bin, and `power`, by which errors grow.
    """
    n, h = ensemble.line.shape
    columns: dict[str, Any] = {
        VERSION: np.full(n * h, version, dtype=np.int32),
        schema.UNIQUE_ID: pd.Categorical.from_codes(np.repeat(np.arange(n), h), categories=pd.Index(ensemble.panel.unique_ids)),
        schema.DS: np.tile(ensemble.panel.ahead(h).to_numpy(), n),
    }
    learned = caches.once(ensemble, past_scores, ensemble)
    by = Yardstick(np.full((n, h), np.nan), np.zeros((n, h), dtype=np.int8), np.full(n, np.nan))
    if learned is not None:
        scoring = learned.scoring
        f = np.where(scoring.sparse[:, None], ensemble.expected, ensemble.line)
        by = Yardstick(scoring.scale(f, np.arange(h)), scoring.bins(f), scoring.dispersion)
    occasions = np.full(h, ORDINARY) if ensemble.occasions is None else ensemble.occasions.ahead
    values = {LINE: ensemble.line, schema.EXPECTED: ensemble.expected, SCALE: by.scale, DISPERSION: np.repeat(by.dispersion, h)}
    values |= {name: ensemble.bands[:, position] for position, name in enumerate(schema.BANDS)}
    columns |= {name: np.asarray(each, dtype=np.float32).ravel() for name, each in values.items()}
    columns |= {BIN: by.bins.ravel(), OCCASION: np.tile(occasions, n).astype(np.int8)}
    facts = {REFERENCE: [], POWER: 1.0}
    if learned is not None:
        facts = {REFERENCE: learned.scoring.reference.round(5).tolist(), POWER: learned.scoring.law.power}
    return pd.DataFrame(columns), facts

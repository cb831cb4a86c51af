"""Two versions of one shop, for the tests of the gate and the shadow: what one forecasts is the truth, and the other's is bent as a test wants."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import past_ensembles as pasts

from forecasting.analysis.champion.pair import Pair
from forecasting.core import schema

WEEK = np.array([0.8, 0.8, 0.9, 1.0, 1.2, 1.5, 0.8])
STORES = ("North", "South", "West")
CATEGORIES = ("Food", "Care")
CUTOFFS, DAYS, HORIZON = 6, 28, 28


def version(*, noise: float = 0.05, seed: int = 0, later: int = 0):
    """A version of eighteen products in three stores: bread, soap, ... of a steady level, whose backtest missed by this much.

    Args:
        noise: The spread of the errors of each cutoff's forecast, as a share, beyond what nobody can know.
        seed: Of that noise; what was sold is the same for every seed.
        later: Days by which its sales go on after those of version 0.
    """
    levels = np.tile(np.array([40.0, 30.0, 20.0, 15.0, 10.0, 5.0]), len(STORES))
    n, days = len(levels), 70 + CUTOFFS * DAYS + later
    truth = levels[:, None] * WEEK[np.arange(days + HORIZON) % 7]
    sold = np.random.default_rng(99).poisson(truth[:, : 70 + CUTOFFS * DAYS + 60]).astype(float)[:, :days]
    first = days - CUTOFFS * DAYS
    y = np.stack([sold[:, first + cut * DAYS : first + (cut + 1) * DAYS] for cut in range(CUTOFFS)])
    right = np.stack([truth[:, first + cut * DAYS : first + (cut + 1) * DAYS] for cut in range(CUTOFFS)])
    f = right * (1 + np.random.default_rng(seed).normal(0, noise, (CUTOFFS, n, 1)))
    products = [f"p{row % 6}" for row in range(n)]
    series = {
        schema.PRODUCT: products,
        schema.STORE: [STORES[row // 6] for row in range(n)],
        schema.CATEGORY: [CATEGORIES[row % 2] for row in range(n)],
    }
    made = pasts.ensemble(y, f, before=sold[:, :first], series=series, seasonal_naive=right * 1.3)
    return ahead(made, truth[:, days:])


def ahead(ensemble, values):
    """The same version with another forecast, shape (n, h), and bands of a third around it."""
    yhat = {name: values.copy() for name in ensemble.yhat}
    return replace(ensemble, yhat=yhat, bands=np.stack([values * share for share in (0.8, 1.2, 0.67, 1.33)], axis=1))


def bent(ensemble, factor):
    """The same version, whose forecast is multiplied by a factor that fits (n, h)."""
    return ahead(ensemble, ensemble.line * factor)


def pair(champion=None, challenger=None, **facts):
    """Version 7 and a new one; by default both are right, and the new one knows a week more."""
    rows = {"rows": (1000, 1000), **facts}
    return Pair(7, champion or version(), challenger or version(seed=1, later=7), **rows)

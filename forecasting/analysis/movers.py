"""Which products gain or lose most in the days ahead, against the days before."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.analysis import product_groups
from forecasting.core.arrays import share
from forecasting.training.ensemble import Ensemble

PRODUCT, CHANGE, UNITS, RELATIVE, SPARK = "product", "change", "units", "relative", "spark"


def movers(ensemble: Ensemble, steps: int, most: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The products that gain most in the next days against the last ones, and those that lose most, in units; those no longer sold are left out.

    Args:
        ensemble: What is served.
        steps: Days (weeks, months) ahead, and back.
        most: Products in each table, at most.

    Returns:
        Each with `product`; `change` in units, never 0; `units` of the next days; `relative` change, NaN from nothing; `spark`, units a day of the
        last `steps` and the next `steps`, as a list.
    """
    of = product_groups.groups(ensemble.panel, np.flatnonzero(~ensemble.silent))
    before, ahead = np.nan_to_num(ensemble.panel.sales[of.rows, -steps:]), ensemble.expected[of.rows, :steps]
    both = of.sums(np.hstack([before, ahead]))
    sold, units = both[:, : before.shape[1]].sum(axis=1), both[:, before.shape[1] :].sum(axis=1)
    columns = {PRODUCT: of.names, CHANGE: units - sold, UNITS: units, RELATIVE: share(units - sold, np.maximum(sold, 0.0)), SPARK: list(both)}
    table = pd.DataFrame(columns).sort_values(CHANGE, kind="stable", ignore_index=True)
    gaining, losing = table[table[CHANGE] > 0][::-1], table[table[CHANGE] < 0]
    return gaining.head(most).reset_index(drop=True), losing.head(most).reset_index(drop=True)

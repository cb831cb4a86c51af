"""What cleaning changed is kept with a version, and of no other sales."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import past_ensembles as pasts

from forecasting.training import cleaned_sales, ensemble
from forecasting.training.cleaning.clean import clean


def shop():
    """Series of 40 a day, of which one has a day of 4,000, one a month without sales, and one twice the level from its middle on."""
    random = np.random.default_rng(0)
    sold = random.poisson(40.0, (4, 300)).astype(float)
    sold[1, 200], sold[2, 100:130] = 4000.0, 0.0
    sold[3, 150:] *= 3
    y = np.full((0, 4, 14), np.nan)
    return pasts.ensemble(y, y, before=sold)


def test_cleaned_sales_come_back_cell_for_cell_and_are_not_cleaned_again(tmp_path, monkeypatch):
    made = shop()
    wanted = clean(made.panel).panel
    assert not np.array_equal(wanted.sales, made.panel.sales, equal_nan=True)
    cleaned_sales.write(made.panel, wanted, tmp_path)
    kept = cleaned_sales.read(tmp_path, made.panel)
    other = replace(made.panel, sales=made.panel.sales + 1.0)
    cleaned_anew = clean(other).panel.sales
    assert replace(made, panel=other, tidy=kept).cleaned.sales.tobytes() == cleaned_anew.tobytes()
    monkeypatch.setattr(ensemble, "clean", lambda _: None)
    assert replace(made, tidy=kept).cleaned.sales.tobytes() == wanted.sales.tobytes()


def test_sales_that_need_no_cleaning_and_versions_of_before_change_nothing(tmp_path):
    made = shop()
    assert cleaned_sales.read(tmp_path, made.panel) is None
    cleaned_sales.write(made.panel, made.panel, tmp_path)
    assert cleaned_sales.read(tmp_path, made.panel).panel.sales.tobytes() == made.panel.sales.tobytes()

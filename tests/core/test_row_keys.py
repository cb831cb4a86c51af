"""Series and rows as numbers say the same whether texts are stored row by row or once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.core import row_keys


def keys(seed, rows=200):
    """Rows of a few products and stores, of which some have none."""
    random = np.random.default_rng(seed)
    named = {name: random.choice([f"{name} {number}" for number in range(seed, seed + 9)], rows) for name in ("product_id", "store")}
    frame = pd.DataFrame(named, dtype="str")
    return frame.mask(random.random(frame.shape) < 0.1)


def test_texts_that_are_stored_once_give_the_numbers_of_texts_in_every_row():
    frames = [keys(0), keys(3), keys(5)[["store"]]]
    turned = ["no row has it", *sorted(frames[2]["store"].dropna().unique(), reverse=True)]
    coded = [frames[0].astype("category"), frames[1], frames[2].astype(pd.CategoricalDtype(turned))]
    expected, found = (np.concatenate(row_keys.series_codes(each)) for each in (frames, coded))
    np.testing.assert_array_equal(np.unique(expected, return_inverse=True)[1], np.unique(found, return_inverse=True)[1])

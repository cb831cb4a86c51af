"""A change is the same whether the saved texts are stored row by row or once each."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd

from forecasting.core import row_keys
from forecasting.storage.sales.changes import compare
from forecasting.storage.sales.saved import Saved


def sales(days, seed, *, price=True):
    """Sales of a few products in two stores, some rows left out, one product without a category."""
    random = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([[f"P{n}" for n in range(5)], ["North", "South"], days], names=["product_id", "store", "date"])
    frame = index.to_frame(index=False)[random.random(len(index)) < 0.8]
    frame["category"] = frame["product_id"].map({"P0": "Food", "P1": "Drinks", "P2": "Food", "P3": "Other" if seed else "Food"})
    frame["sales"] = random.poisson(20, len(frame)).astype(float)
    frame = frame.assign(price=2.5) if price else frame
    return row_keys.in_order(frame.astype({"product_id": "str", "store": "str", "category": "str", "date": "datetime64[us]"}).reset_index(drop=True))


def test_saved_texts_as_categories_change_nothing():
    saved, upload = sales(pd.date_range("2026-01-01", periods=60), 0), sales(pd.date_range("2026-02-10", periods=40), 1, price=False)
    coded = saved.astype({name: "category" for name in ("product_id", "store", "category")})
    one, other = (compare(Saved.of(each), upload, look=True) for each in (saved, coded))
    for field in fields(one):
        expected, found = getattr(one, field.name), getattr(other, field.name)
        if isinstance(expected, pd.DataFrame):
            pd.testing.assert_frame_equal(found, expected)
        else:
            assert found == expected
    assert len(one.changed)
    assert one.findings.categories

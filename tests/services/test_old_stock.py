"""Stock of replaced products is said where the order of the new one does not count it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd

from forecasting.services import submissions
from forecasting.services.old_stock import old_stock
from forecasting.services.submissions import Submission
from forecasting.storage.product_links import Link
from forecasting.storage.stock_states import SavedStock

PLACES = [("Tea 500 g", "a"), ("Tea 500 g", "b"), ("Tea 250 g", "a")]
LINKS = [Link("Tea 500 g", "Tea 250 g", date(2026, 1, 3), 2.0), Link("Bun", "Roll", date(2026, 1, 3))]


def saved(**columns):
    frame = pd.DataFrame({"product_id": ["Tea 500 g", "Tea 500 g", "Tea 250 g", "Bun"], "on_hand": [4.0, 3.0, 10.0, float("nan")], **columns})
    frame = frame if columns else frame.drop(index=1).assign(on_hand=[7.0, 10.0, float("nan")])
    return SavedStock(frame=frame, name="stock.csv", moment=datetime(2026, 1, 3, tzinfo=UTC), number=1)


def test_what_is_left_counts_by_the_factor_in_all_stores_or_in_the_shelfs_own(home):
    (left,) = old_stock(home, saved(), LINKS, {"product_id": "Tea 250 g"})
    assert (left.link.old, left.on_hand, left.counts_as) == ("Tea 500 g", 7.0, 14.0)
    (left,) = old_stock(home, saved(store=["a", "b", "a", "a"]), LINKS, {"product_id": "Tea 250 g", "store": "b"})
    assert (left.on_hand, left.counts_as) == (3.0, 6.0)


def test_nothing_is_said_of_other_products_of_empty_shelves_or_without_a_count(home):
    assert old_stock(home, saved(), LINKS, {"product_id": "Tea 500 g"}) == []
    assert old_stock(home, saved(), LINKS, {"product_id": "Roll"}) == []
    assert old_stock(home, None, LINKS, {"product_id": "Tea 250 g"}) == []
    assert old_stock(home, saved(), LINKS, {}) == []


def test_what_was_sold_and_what_came_since_the_count_moves_it_on(home):
    days = pd.date_range("2026-01-01", "2026-01-05")
    sales = pd.concat([pd.DataFrame({"date": days, "product_id": name, "store": store, "sales": 1}) for name, store in PLACES])
    submissions.merge(home, Submission(content=sales.to_csv(index=False).encode(), name="sales.csv", alone=True))
    (left,) = old_stock(home, saved(store=["a", "b", "a", "a"]), LINKS, {"product_id": "Tea 250 g", "store": "a"})
    assert (left.on_hand, left.counts_as) == (4.0 - 3, 2.0 * (4 - 3))
    assert old_stock(home, saved(store=["a", "b", "a", "a"]), LINKS, {"product_id": "Tea 250 g", "store": "b"}) == []

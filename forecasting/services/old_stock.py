"""Stock that was counted under the name of a product that another one replaces: it is not counted for the new one, and said."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from forecasting.core import schema
from forecasting.core.period import DAY, Period
from forecasting.inventory.stock import state
from forecasting.services import stock_counts
from forecasting.storage.product_links import Link
from forecasting.storage.stock_states import SavedStock
from forecasting.storage.workspace import Workspace


class OldStock(NamedTuple):
    """What is left of a product that another one replaces.

    Args:
        link: Which replaced it.
        on_hand: Units of the old product, above 0.
        counts_as: How many units of the new one these are.
    """

    link: Link
    on_hand: float
    counts_as: float


def old_stock(ws: Workspace, saved: SavedStock | None, links: Iterable[Link], shelf: Mapping[Hashable, Any], period: Period = DAY) -> list[OldStock]:
    """What is on hand by now of each product that the product of a shelf replaces, in the same store and region; none where nothing is left.

    Args:
        ws: Where its sales and deliveries are, by which a count moves on.
        saved: The stock counted last.
        links: All that hold.
        shelf: The key columns of a series.
        period: What a row of the sales is.

    Raises:
        OrdersDamaged: What came since cannot be known for sure.
    """
    mine = [link for link in links if link.new == shelf.get(schema.PRODUCT)]
    if saved is None or not mine or schema.PRODUCT not in saved.frame:
        return []
    frame = saved.frame
    for place in (name for name in (schema.REGION, schema.STORE) if name in frame and name in shelf):
        frame = frame[frame[place] == shelf[place]]
    left = [(link, _units(ws, saved, frame[frame[schema.PRODUCT] == link.old], period)) for link in mine]
    return [OldStock(link, units, units * link.factor) for link, units in left if units > 0]


def _units(ws: Workspace, saved: SavedStock, rows: pd.DataFrame, period: Period) -> float:
    """Units on hand by now on the shelves that some rows of a state are about."""
    keys = rows.loc[rows[state.ON_HAND].notna(), [name for name in schema.KEYS if name in rows]].drop_duplicates()
    return 0.0 if keys.empty else float(stock_counts.moved_on(ws, saved, keys, period).sum())

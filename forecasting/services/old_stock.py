"""Stock that was counted under the name of a product that another one replaces: it is not counted for the new one, and said."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, NamedTuple

from forecasting.core import schema
from forecasting.inventory.stock import state
from forecasting.storage.product_links import Link
from forecasting.storage.stock_states import SavedStock


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


def old_stock(saved: SavedStock | None, links: Iterable[Link], shelf: Mapping[Hashable, Any]) -> list[OldStock]:
    """What is on hand of each product that the product of a shelf replaces, in the same store and region; none where nothing is left.

    Args:
        saved: The stock counted last.
        links: All that hold.
        shelf: The key columns of a series.
    """
    mine = [link for link in links if link.new == shelf.get(schema.PRODUCT)]
    if saved is None or not mine or schema.PRODUCT not in saved.frame:
        return []
    frame = saved.frame
    for place in (name for name in (schema.REGION, schema.STORE) if name in frame and name in shelf):
        frame = frame[frame[place] == shelf[place]]
    left = [(link, float(frame.loc[frame[schema.PRODUCT] == link.old, state.ON_HAND].sum())) for link in mine]
    return [OldStock(link, units, units * link.factor) for link, units in left if units > 0]

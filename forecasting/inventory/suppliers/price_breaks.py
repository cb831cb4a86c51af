"""Prices that fall with the quantity."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from forecasting.core.settings import require


@dataclass(frozen=True)
class PriceBreaks:
    """Prices of a product by quantity; a price holds for all units of the order (all-units discount; Silver, Pyke & Thomas 2017, section 4.5).

    Args:
        quantities: Units from which each price holds, ascending, the first one 0.
        prices: Money a unit, at least 0, falling.
    """

    quantities: tuple[float, ...]
    prices: tuple[float, ...]

    def __post_init__(self) -> None:
        require(len(self.quantities) == len(self.prices) > 0, "Every price needs the quantity from which it holds.")
        require(self.quantities[0] == 0, "The first price holds from 0 units on.")
        require(all(a < b for a, b in zip(self.quantities, self.quantities[1:], strict=False)), "Quantities of price breaks rise.")
        require(all(a > b >= 0 for a, b in zip(self.prices, self.prices[1:], strict=False)), "Prices of price breaks fall.")
        require(0 <= self.prices[0] < float("inf"), f"A price is at least 0, not {self.prices[0]:g}.")

    def price_of(self, units: float) -> float:
        """Money for each unit of an order of so many units.

        Example:
            >>> breaks = PriceBreaks((0, 100), (2.0, 1.5))
            >>> breaks.price_of(99), breaks.price_of(100)
            (2.0, 1.5)
        """
        return self.prices[bisect_right(self.quantities, units) - 1]

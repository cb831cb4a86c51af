"""Prices that fall with the quantity: what an order costs, and when buying more costs less."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from forecasting.core.arrays import FloatArray
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

    def unit_price(self, units: FloatArray) -> FloatArray:
        """Money for each unit of an order of so many units, any shape."""
        return np.asarray(self.prices)[np.searchsorted(self.quantities, units, side="right") - 1]

    def cost(self, units: FloatArray) -> FloatArray:
        """Money for so many units, any shape."""
        return units * self.unit_price(units)

    def price_of(self, units: float) -> float:
        """Money for each unit of one order, as `unit_price` has it, without arrays."""
        return self.prices[bisect_right(self.quantities, units) - 1]

    def cheapest_from(self, units: float) -> float:
        """The quantity, at least `units`, that costs least; of those that cost the same, the largest. Nothing stays nothing.

        Example:
            >>> breaks = PriceBreaks((0, 100), (2.0, 1.5))
            >>> breaks.cheapest_from(80), breaks.cheapest_from(60)
            (100, 60)
        """
        if units <= 0:
            return units
        choices = [units, *(at for at in self.quantities if at > units)]
        return min(choices, key=lambda each: (each * self.price_of(each), -each))

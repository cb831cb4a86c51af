"""How much to order at a position, by the rule of a shop: whole packs, at least the minimum, or nothing.

Pure functions of arrays with a value per series. Source: Silver, Pyke & Thomas, Inventory and Production Management in Supply Chains,
4th ed. 2017 (SPT).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.inventory.arithmetic import TOLERANCE
from forecasting.inventory.policy import Rule


def whole_packs(units: FloatArray, pack_size: FloatArray) -> FloatArray:
    """Units rounded up to whole packs, at least 0, shape (n,).

    Example:
        >>> whole_packs(np.array([13.0, 24.0]), np.array([12.0, 12.0]))
        array([24., 24.])
    """
    return np.maximum(np.ceil(units / pack_size - TOLERANCE), 0.0) * pack_size


def order_quantity(order_up_to: FloatArray, position: FloatArray, pack_size: FloatArray, minimum_order: FloatArray) -> FloatArray:
    """Units to order now, so that the position reaches the level: whole packs, at least the minimum, or nothing; 0 where the level is unknown.

    Args:
        order_up_to: Shape (n,), units.
        position: On hand + on order - backorders, shape (n,), units.
        pack_size: Units in a pack, above 0.
        minimum_order: Least units of an order, at least 0; rounded up to whole packs.

    Example:
        >>> order_quantity(np.array([173.0]), np.array([90.0]), np.array([12.0]), np.array([0.0]))
        array([84.])
    """
    short = np.nan_to_num(order_up_to - position)
    packed = np.maximum(whole_packs(np.maximum(short, 0.0), pack_size), whole_packs(minimum_order, pack_size))
    return np.where(short > TOLERANCE, packed, 0.0)


def lot_quantity(reorder_point: FloatArray, position: FloatArray, lot: FloatArray, pack_size: FloatArray, minimum_order: FloatArray) -> FloatArray:
    """Units to order under (s, Q): at or below the reorder point the fewest whole lots that lift the position above it (SPT ch. 6).

    Args:
        reorder_point: s, shape (n,), units.
        position: Shape (n,), units.
        lot: Q, shape (n,), units, above 0.
        pack_size: Units in a pack.
        minimum_order: Least units of an order.

    Example:
        >>> lot_quantity(np.array([20.0]), np.array([5.0]), np.array([10.0]), np.array([1.0]), np.array([0.0]))
        array([20.])
    """
    short = reorder_point - position
    low = np.isfinite(short) & (short >= -TOLERANCE)
    size = np.maximum(np.where(np.isfinite(lot), lot, 0.0), pack_size)
    lots = np.floor(np.where(low, short, 0.0) / size + TOLERANCE) + 1
    needed = np.maximum(lots * size, minimum_order)
    return np.where(low, whole_packs(needed, pack_size), 0.0)


def min_max_quantity(
    reorder_point: FloatArray, order_up_to: FloatArray, position: FloatArray, pack_size: FloatArray, minimum_order: FloatArray
) -> FloatArray:
    """Units to order under (s, S): at or below the reorder point, enough to reach the level (SPT ch. 6).

    Args:
        reorder_point: s, shape (n,), units.
        order_up_to: S, shape (n,), units, above s.
        position: Shape (n,), units.
        pack_size: Units in a pack.
        minimum_order: Least units of an order.

    Example:
        >>> min_max_quantity(np.array([20.0, 20.0]), np.array([50.0, 50.0]), np.array([21.0, 20.0]), np.ones(2), np.zeros(2))
        array([ 0., 30.])
    """
    low = np.isfinite(reorder_point) & (position <= reorder_point + TOLERANCE)
    return np.where(low, order_quantity(order_up_to, position, pack_size, minimum_order), 0.0)


class Terms(NamedTuple):
    """The terms that rules order by, shape (n,) each, units: reorder point, level, lot, pack size, minimum order."""

    reorder_point: FloatArray
    order_up_to: FloatArray
    lot: FloatArray
    pack_size: FloatArray
    minimum_order: FloatArray


def quantity_by(rule: Rule, terms: Terms, position: FloatArray) -> FloatArray:
    """Units that a rule orders at a position, shape (n,)."""
    if rule == "reorder_point":
        return lot_quantity(terms.reorder_point, position, terms.lot, terms.pack_size, terms.minimum_order)
    if rule == "min_max":
        return min_max_quantity(terms.reorder_point, terms.order_up_to, position, terms.pack_size, terms.minimum_order)
    return order_quantity(terms.order_up_to, position, terms.pack_size, terms.minimum_order)

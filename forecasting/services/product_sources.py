"""Who delivers each product, as a table that a person fills in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.inventory.suppliers.source import Source
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.training.ensemble import Ensemble

COLUMNS = ("product", "supplier", "unit_cost", "multiple", "second")


def table(sourcing: Sourcing, ensemble: Ensemble) -> pd.DataFrame:
    """Products that are still sold, those that nobody delivers first, then most sold first: first source, its cost and multiple, second source.

    Only sources of a product in all its stores stand in it; others are in the file. Empty where sales have no products.
    """
    series = ensemble.panel.series
    if schema.PRODUCT not in series:
        return pd.DataFrame(columns=list(COLUMNS))
    sold = pd.Series(np.nansum(ensemble.panel.sales[:, -28:], axis=1), series[schema.PRODUCT].astype(str).to_numpy())[~ensemble.silent]
    products = sold.groupby(level=0).sum().sort_values(ascending=False, kind="stable").index
    first, second = ({each.product_id: each for each in sourcing.sources if each.rank == rank and _is_everywhere(each)} for rank in (1, 2))
    rows = [_row(name, first.get(name), second.get(name)) for name in products]
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"unit_cost": float, "multiple": float})
    return frame.iloc[np.argsort(frame["supplier"].notna().to_numpy(), kind="stable")].reset_index(drop=True)


def with_table(sourcing: Sourcing, before: pd.DataFrame, after: pd.DataFrame) -> Sourcing:
    """Suppliers and sources after a person filled in the table; what they did not touch stays.

    Args:
        sourcing: What held when the table was shown.
        before: The table as it was shown.
        after: The table as it was left, with the same products in the same order.

    Raises:
        SettingsError: A supplier is not in the list, or a number is out of range.
    """
    sources = {(each.key, each.rank): each for each in sourcing.sources}
    for old, new in zip(before.to_dict("records"), after.to_dict("records"), strict=True):
        name = str(old["product"])
        for rank, column in ((1, "supplier"), (2, "second")):
            wanted, place = _text(new[column]), ((name, "", ""), rank)
            known = sources.pop(place, None)
            if wanted:
                sources[place] = _source(
                    known, wanted, name, rank, {} if rank == 2 else {key: _number(new[key]) for key in ("unit_cost", "multiple")}
                )
    return Sourcing(sourcing.suppliers, tuple(sources.values()))


def _source(known: Source | None, supplier: str, product: str, rank: int, terms: dict[str, float | None]) -> Source:
    """The source with other terms, which is then a person's; the terms of a product at another supplier do not go along."""
    same = known is not None and known.supplier.casefold() == supplier.casefold()
    plain = known if known is not None and same else Source(supplier=supplier, product_id=product, rank=rank)
    after = replace(plain, **terms)  # type: ignore[arg-type]
    return after if after == plain and same else replace(after, as_of=None)


def _row(name: str, first: Source | None, second: Source | None) -> dict[str, object]:
    return {
        "product": name,
        "supplier": None if first is None else first.supplier,
        "unit_cost": None if first is None else first.unit_cost,
        "multiple": None if first is None else first.multiple,
        "second": None if second is None else second.supplier,
    }


def _is_everywhere(source: Source) -> bool:
    return bool(source.product_id) and not source.region and not source.store


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and value == value else None

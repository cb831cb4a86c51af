"""What people said of products, as a training reads it: links between them and planned launches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from forecasting.storage import planned_launches, product_links
from forecasting.storage.product_links import LinkState
from forecasting.training import planned
from forecasting.training.succession import with_successors


def applied(sales: pd.DataFrame, said: LinkState) -> pd.DataFrame:
    """The sales as models learn from them: replaced products have handed their history on, planned ones have rows without sales."""
    return planned.with_rows(with_successors(sales, said.links), said.launches)


def facts(said: LinkState) -> dict[str, Any]:
    """What a version's manifest says of it."""
    return {product_links.LEARNED: product_links.listed(said.links), planned_launches.LEARNED: planned_launches.listed(said.launches)}


def learned(manifest: Mapping[str, Any]) -> LinkState:
    """What a version was trained with, from its manifest."""
    return LinkState(0, product_links.learned(manifest), planned_launches.learned(manifest))


def same(one: LinkState, other: LinkState) -> bool:
    """Whether two states say the same of products."""
    return (one.links, one.launches) == (other.links, other.launches)

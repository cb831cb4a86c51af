"""Who delivers what, by a column of a sales or stock file: saved as sources where nobody else has said it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from forecasting.core import schema
from forecasting.core.errors import ChangedMeanwhile, ShelfcastError
from forecasting.core.formatting import count, listing
from forecasting.intake import named_suppliers as named
from forecasting.intake.sales_file import Intake
from forecasting.inventory.suppliers.source import Source, sources_of
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.services import suppliers
from forecasting.storage.workspace import Workspace

ATTEMPTS: Final = 3
SHOWN: Final = 5
"""New suppliers that a sentence names."""


@dataclass(frozen=True)
class Naming:
    """What a column of suppliers means beside what a shop knows.

    Args:
        sources: What is new.
        new: Names of suppliers that the shop does not know.
        kept: Series that keep another supplier, because a person, a file of suppliers or a newer row said so.
    """

    sources: tuple[Source, ...]
    new: tuple[str, ...]
    kept: int


def naming(holds: Sourcing, listed: pd.DataFrame) -> Naming:
    """What a table of suppliers, as `intake.named_suppliers` gives it, adds to what holds.

    A product that comes from one supplier everywhere gets one source; others get one for each series.
    """
    roles = [name for name in schema.KEYS if name in listed]
    columns = [listed[role].astype(str).tolist() for role in roles]
    keys = [dict(zip(roles, values, strict=True)) for values in zip(*columns, strict=True)] if columns else [{}] * len(listed)
    known = sources_of(holds.sources, keys)
    rows = list(zip(listed[schema.SUPPLIER], pd.DatetimeIndex(listed[schema.DATE]).date, strict=True))
    differs = [now is None or now.supplier.casefold() != name.casefold() for now, (name, _) in zip(known, rows, strict=True)]
    older = [now is not None and (now.as_of is None or now.as_of > day) for now, (_, day) in zip(known, rows, strict=True)]
    taken = [place for place in range(len(keys)) if differs[place] and not older[place]]
    alone = _everywhere(listed, known, taken)
    spelled = {each.key: each.name for each in holds.suppliers}
    found: dict[tuple[str, ...], Source] = {}
    for place in taken:
        (name, day), key = rows[place], keys[place]
        product = key.get(schema.PRODUCT, "")
        source = Source.from_keys(spelled.get(name.casefold(), name), {schema.PRODUCT: product} if product in alone else key, {"as_of": day})
        before = found.get(source.key)
        found[source.key] = source if before is None or before.as_of is None or day >= before.as_of else before
    new = {name.casefold(): name for name, _ in rows if name.casefold() not in spelled}
    return Naming(tuple(found.values()), tuple(sorted(new.values())), sum(a and b for a, b in zip(differs, older, strict=True)))


def described(ws: Workspace, checked: Intake) -> Intake:
    """What was checked, with a note on who delivers what, and on what the shop knows of that already."""
    if checked.understood.suppliers is None:
        return checked
    try:
        counts = facts(ws, checked.suppliers)
    except ShelfcastError as error:
        return checked.with_notes((f"Who delivers what cannot be saved: {error}",))
    return replace(checked, understood=replace(checked.understood, suppliers=counts)).with_notes((said(checked.mapping[schema.SUPPLIER], counts),))


def facts(ws: Workspace, listed: pd.DataFrame) -> dict[str, Any]:
    """For how many series a table names a supplier, how many these are, which are new, and how many series keep another one; raises StateDamaged."""
    found = naming(suppliers.sourcing(ws), listed)
    return {**named.counted(listed), "new": list(found.new), "kept": found.kept}


def adds(ws: Workspace, listed: pd.DataFrame) -> bool:
    """Whether a table of suppliers says anything new of who delivers what; raises StateDamaged."""
    return not listed.empty and bool(naming(suppliers.sourcing(ws), listed).sources)


def save(ws: Workspace, listed: pd.DataFrame, by: str) -> str:
    """Saves who delivers what, where nobody else has said it; why that could not be, empty if it could."""
    if listed.empty:
        return ""
    try:
        _save(ws, listed, by)
    except ShelfcastError as error:
        return f"Who delivers what was not saved: {error}"
    return ""


def _save(ws: Workspace, listed: pd.DataFrame, by: str) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        before, holds = suppliers.state(ws)
        found = naming(holds, listed)
        if not found.sources:
            return
        try:
            suppliers.save(ws, holds.with_sources(found.sources), by, after=before.number)
            return
        except ChangedMeanwhile:
            if attempt == ATTEMPTS:
                raise


def _everywhere(listed: pd.DataFrame, known: list[Source | None], taken: list[int]) -> set[str]:
    """Products whose series all get the same supplier now, and none of which has a source of its own place."""
    if schema.PRODUCT not in listed:
        return set()
    products, names = listed[schema.PRODUCT].astype(str).tolist(), listed[schema.SUPPLIER].str.casefold().tolist()
    suppliers_of: dict[str, set[str]] = {}
    for product, name in zip(products, names, strict=True):
        suppliers_of.setdefault(product, set()).add(name)
    free = Counter(products[place] for place in taken if (now := known[place]) is None or not (now.region or now.store))
    return {product for product, places in Counter(products).items() if free[product] == places and len(suppliers_of[product]) == 1}


def said(column: str, facts: Mapping[str, Any]) -> str:
    """What `facts` has, for a person: "Vendor says who delivers 40 series: 3 suppliers, 1 of them new (Mills; terms not given yet). ..."."""
    new: list[str] = facts["new"]
    names = f", {len(new):,} of them new ({listing(new, SHOWN)}; terms not given yet)" if new else ""
    kept = f" {facts['kept']:,} of them keep the supplier that a person, a file of suppliers or a newer row gave." if facts["kept"] else ""
    text = f"{column} says who delivers {count(facts['series'], 'series', 'series')}: {count(facts['suppliers'], 'supplier')}{names}.{kept}"
    return f"{text} Taking the file back leaves them on Suppliers."

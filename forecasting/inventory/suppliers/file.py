"""From a file of suppliers to their terms and to what each of them delivers, and to the problems of its rows.

A row names a supplier. Without a product it gives the supplier's terms; with one it says that the product comes from there, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.errors import ColumnsMissing, SettingsError
from forecasting.intake import cells, column_mapping, problems
from forecasting.intake.findings import Findings
from forecasting.intake.table import Table
from forecasting.inventory.suppliers import texts
from forecasting.inventory.suppliers.source import Source
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.inventory.suppliers.supplier import Supplier

SUPPLIER: Final = "supplier"
NUMBERS: Final = ("lead_time", "minimum_value", "minimum_units", "minimum_weight", "freight", "free_from", "rate", "rank", "unit_cost")
NUMBERS_OF_PRODUCTS: Final = ("multiple", "weight", "volume")
NUMBERS_OF_LOADS: Final = ("capacity_units", "capacity_weight", "capacity_volume")
READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "order_days": texts.weekdays,
    "delivery_days": texts.weekdays,
    "cut_off": texts.time_of_day,
    "closed": texts.closures,
    "currency": str.upper,
    "rate_date": date.fromisoformat,
    "capacity": str,
    "contact": str,
    "price_breaks": texts.price_breaks,
}
"""Role of a column of texts -> what reads one; raises ValueError."""
REMEDIES: Final[Mapping[str, str]] = {
    "order_days": "Write weekdays, such as Mon Thu.",
    "delivery_days": "Write weekdays, such as Tue Fri.",
    "cut_off": "Write a time, such as 14:00.",
    "closed": "Write days, such as 2026-12-24/2026-12-31; 2027-04-05.",
    "rate_date": "Write a day, such as 2026-11-23.",
    "price_breaks": "Write quantities and prices, such as 0:2.00; 100:1.50.",
}
TERMS: Final = (
    *("order_days", "cut_off", "delivery_days", "lead_time", "closed", "minimum_value", "minimum_units", "minimum_weight", "freight", "free_from"),
    *("capacity", "capacity_units", "capacity_weight", "capacity_volume", "currency", "rate", "rate_date", "contact"),
)
"""Columns that are about the supplier."""
OF_PRODUCT: Final = ("rank", "unit_cost", *NUMBERS_OF_PRODUCTS, "price_breaks")
"""Columns that are about a product at the supplier."""
ROLES: Final = (SUPPLIER, *TERMS, *schema.KEYS, *OF_PRODUCT)

_NAMES: Final = {
    SUPPLIER: column_mapping.SUPPLIER_NAMES,
    **{role: column_mapping.NAMES[role] for role in schema.KEYS},
    "order_days": "orderdays orderday bestelltage bestelltag",
    "cut_off": "cutoff cutofftime orderuntil orderby bestellschluss annahmeschluss",
    "delivery_days": "deliverydays deliveryday liefertage liefertag",
    "lead_time": "leadtime leadtimedays deliverytime lieferzeit lieferzeittage delai plazo",
    "closed": "closed closures closeddays holidays geschlossen betriebsferien ferien",
    "minimum_value": "minimumvalue minvalue minimumordervalue minordervalue mindestbestellwert mindestwert",
    "minimum_units": "minimumunits minunits minimumorderunits mindestmenge",
    "minimum_weight": "minimumweight minweight mindestgewicht",
    "freight": "freight freightcost deliverycost shipping shippingcost fracht frachtkosten lieferkosten",
    "free_from": "freefrom freightfreefrom freedeliveryfrom freeshippingfrom freiab frachtfreiab",
    "capacity": "capacity load pallet container palette ladung",
    "capacity_units": "capacityunits unitsperpallet palletunits containerunits",
    "capacity_weight": "capacityweight palletweight containerweight",
    "capacity_volume": "capacityvolume palletvolume containervolume",
    "currency": "currency currencycode wahrung",
    "rate": "rate exchangerate wechselkurs kurs",
    "rate_date": "ratedate exchangeratedate kursdatum",
    "contact": "contact email mail phone kontakt telefon",
    "rank": "rank source priority preference quelle rang prioritat",
    "unit_cost": "unitcost cost costprice purchaseprice einkaufspreis ek",
    "multiple": "multiple ordermultiple packsize pack casesize verpackungseinheit ve",
    "weight": "weight unitweight gewicht",
    "volume": "volume unitvolume volumen",
    "price_breaks": "pricebreaks pricebreak pricetiers tiers staffelpreise staffel",
}


@dataclass(frozen=True, eq=False)
class SupplierFile:
    """What a file says of suppliers, and its problems.

    Args:
        terms: Name of each supplier in the file -> the terms that it gives, by role.
        sources: What comes from whom.
        problems: One row per problem (`problems.COLUMNS`); nothing of their rows is used.
        rows: Rows of the file, good and bad.
        kept_out: Columns that were not read.
        notes: Sentences for a person about what could be read in another way too.
    """

    terms: Mapping[str, Mapping[str, Any]]
    sources: tuple[Source, ...]
    problems: pd.DataFrame
    rows: int
    kept_out: tuple[str, ...]
    notes: tuple[str, ...]

    def over(self, before: Sourcing, *, drop_problems: bool = False) -> Sourcing:
        """What holds after the file: terms and sources that it does not name stay.

        Raises:
            ProblemsFound: There are problems and nobody chose to leave their rows out, or nothing is left.
            SettingsError: Terms of a supplier do not fit together.
        """
        problems.require_choice(self.problems, self.rows, usable=bool(self.terms) or not len(self.problems), drop=drop_problems, aim="save")
        after = before
        for name, terms in self.terms.items():
            known = next((each for each in before.suppliers if each.key == name.casefold()), Supplier(name=name))
            after = after.with_supplier(texts.with_terms(known, terms))
        return after.with_sources(self.sources)


def guess_mapping(table: Table) -> dict[str, str]:
    """Role -> the column that probably has it."""
    return column_mapping.by_name(table, _NAMES)


def check(table: Table, mapping: Mapping[str, str]) -> SupplierFile:
    """What a file says of suppliers, and all of its problems.

    Args:
        table: What was read of the file.
        mapping: Role, one of `ROLES` -> column.

    Raises:
        InputError: An unknown role or column, or a column with two roles.
        ColumnsMissing: No column names the supplier.
    """
    column_mapping.require_columns(table, mapping, ROLES)
    if SUPPLIER not in mapping:
        names = ", ".join(table.columns[:30])
        raise ColumnsMissing(
            f"This file has no column that names the supplier. Columns found: {names}. Choose it (--map supplier=COLUMN).",
            missing=(SUPPLIER,),
            found=table.columns,
        )
    findings = Findings(table, dict(mapping))
    values, notes = _values(findings)
    suppliers = _texts(findings, SUPPLIER)
    findings.add(np.array([not name for name in suppliers], dtype=bool), SUPPLIER, "No supplier", "Write who delivers.")
    _note_conflicts(findings, suppliers, values)
    sources = _sources(findings, suppliers, values)
    terms: dict[str, dict[str, Any]] = {}
    for row in np.flatnonzero(~findings.bad):
        name = next((each for each in terms if each.casefold() == suppliers[row].casefold()), suppliers[row])
        terms.setdefault(name, {}).update({role: values[role][row] for role in TERMS if role in values and values[role][row] is not None})
    kept_out = tuple(name for name in table.columns if name not in mapping.values())
    rows = len(table) + int(table.problems["line"].nunique())
    return SupplierFile(terms, sources, problems.together(findings.frames), rows, kept_out, (*table.notes, *notes))


def _values(findings: Findings) -> tuple[dict[str, list[Any]], tuple[str, ...]]:
    """Role -> the value of each row, None where its cell is empty; and notes for a person."""
    numbers = [role for role in (*NUMBERS, *NUMBERS_OF_PRODUCTS, *NUMBERS_OF_LOADS) if role in findings.mapping]
    decimals, notes, _ = findings.decimals(numbers)
    values: dict[str, list[Any]] = {}
    for role in numbers:
        given = findings.table.rows[findings.mapping[role]]
        unknown = cells.is_unknown(given)
        amounts = np.where(unknown, 0.0, cells.as_numbers(given, decimals[role]))
        findings.add(~np.isfinite(amounts), role, "Not a number", "Write a number.")
        findings.add(amounts < 0, role, "Below zero", "Write a number of at least 0.")
        values[role] = [None if empty else float(amount) for amount, empty in zip(amounts, unknown, strict=True)]
    values |= {role: _read(findings, role) for role in READERS if role in findings.mapping}
    return values, notes


def _read(findings: Findings, role: str) -> list[Any]:
    wrong, values = np.zeros(len(findings.table), dtype=bool), []
    for row, text in enumerate(_texts(findings, role)):
        try:
            values.append(READERS[role](text) if text else None)
        except (ValueError, SettingsError):
            wrong[row] = True
            values.append(None)
    findings.add(wrong, role, "Cannot be read", REMEDIES.get(role, "Write it in another way."))
    return values


def _texts(findings: Findings, role: str) -> list[str]:
    """The trimmed text of each row's cell, empty where there is none; all empty without such a column."""
    if role not in findings.mapping:
        return [""] * len(findings.table)
    return [" ".join((text or "").split()) for text in cells.as_texts(findings.table.rows[findings.mapping[role]]).to_pylist()]


def _note_conflicts(findings: Findings, suppliers: list[str], values: Mapping[str, list[Any]]) -> None:
    """Records terms that differ between rows of one supplier."""
    for role in (role for role in TERMS if role in values):
        said: dict[str, set[Any]] = {}
        for name, value in zip(suppliers, values[role], strict=True):
            said.setdefault(name.casefold(), set()).update(set() if value is None else {value})
        wrong = np.array([value is not None and len(said[n.casefold()]) > 1 for n, value in zip(suppliers, values[role], strict=True)], dtype=bool)
        findings.add(wrong, role, "Several values for one supplier", "Write it once, or the same everywhere.")


def _sources(findings: Findings, suppliers: list[str], values: Mapping[str, list[Any]]) -> tuple[Source, ...]:
    """What comes from whom, of the rows that name a product, a region or a store and have no problem."""
    key = next((role for role in schema.KEYS if role in findings.mapping), SUPPLIER)
    keys = {role: _texts(findings, role) for role in schema.KEYS}
    named = np.array([any(keys[role][row] for role in schema.KEYS) for row in range(len(suppliers))], dtype=bool)
    stated = np.array([any(values[role][row] is not None for role in OF_PRODUCT if role in values) for row in range(len(suppliers))], dtype=bool)
    if key in schema.KEYS:
        findings.add(stated & ~named, key, "No product", "Write the product that these terms are about.")
    sources: dict[tuple[Any, ...], Source] = {}
    again, wrong = np.zeros(len(suppliers), dtype=bool), np.zeros(len(suppliers), dtype=bool)
    for row in np.flatnonzero(named & ~findings.bad):
        terms = {role: values[role][row] for role in OF_PRODUCT if role in values and values[role][row] is not None}
        try:
            source = Source.from_keys(suppliers[row], {role: keys[role][row] for role in schema.KEYS}, terms)
        except SettingsError:
            wrong[row] = True
            continue
        place = (*source.key, source.rank)
        again[row] = sources.setdefault(place, source) != source
    findings.add(again, SUPPLIER, "Another first source in an earlier row", "Keep one of these rows, or write 2 as the rank of the second source.")
    findings.add(wrong, key, "Terms out of range", "Write 1 or 2 as the rank and multiples above 0.")
    return tuple(sources.values())

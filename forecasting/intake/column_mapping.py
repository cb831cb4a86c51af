"""The roles that columns can play, their usual names, and whether a mapping of them fits a file."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from forecasting.core import schema
from forecasting.core.errors import ColumnsMissing, InputError
from forecasting.intake.column_facts import numbers, sample
from forecasting.intake.column_words import words_of
from forecasting.intake.names import plain, words
from forecasting.intake.table import MAX_NAME_CHARACTERS, Table, is_empty, listed

Mapping = dict[str, str]
"""Role (one of `schema.ROLES`) -> column of the file."""

MIN_SHARE_WITH_NAME: Final = 0.5
"""Share of the distinct cells of a driver that have to fit its name."""
DATE_PARTS: Final = words_of("year month day jahr monat tag annee mois ano mes anno mese год месяц 年 月")
YEARS: Final = words_of("year jahr annee ano anno год 年")
QUARTERS: Final = words_of("quarter quartal qtr trimestre trimester kvartal kwartal квартал")
YES: Final = frozenset({"1", "1.0", "true", "yes", "y", "t", "on", "ja", "oui", "si", "sí", "wahr", "vrai", "x"})
NO: Final = frozenset({"0", "0.0", "false", "no", "n", "f", "off", "nein", "non", "falsch", "faux"})

NAMES: Final = {
    schema.DATE: "date day ds datum tag fecha jour data dato datetime timestamp orderdate salesdate saledate transactiondate invoicedate "
    "businessdate calendardate buchungsdatum verkaufsdatum belegdatum rechnungsdatum giorno dia dag",
    schema.SALES: "sales unitssold soldunits unitsales salesunits y quantity qty quantitysold soldquantity qtysold salesqty salesquantity "
    "units demand volume menge absatz absatzmenge verkaufsmenge verkaufte verkauftestuck verkaufe verkauf verkaufszahl verkaufszahlen "
    "stuck stuckzahl anzahl umsatz ventes quantite qte vendus unidades unidadesvendidas ventas cantidad vendite quantita vendas quantidade "
    "aantal verkoop numsold itemcntday target sold salescount ordercount",
    schema.PRODUCT: "productid product sku skuid item itemid productcode productname itemname itemcode itemnbr article articleid artikel "
    "artikelid artikelnummer artikelnr produkt produktid produktname produktnummer produit produitid producto productoid prodotto articulo "
    "articolo stockcode ean upc gtin plu barcode asin material materialnummer uniqueid seriesid artikelname artikelbezeichnung produktbezeichnung "
    "warenbezeichnung",
    schema.REGION: "region regionid regionname state stateid gebiet bundesland regione regiao country land pays pais district area zone market "
    "county province",
    schema.STORE: "store storeid storename storenbr storenumber shop shopid shopname filiale filialid filialnummer filialnr filial branch "
    "branchid outlet outletid location locationid laden markt marktid magasin tienda negozio loja winkel site warehouse warehouseid lager",
    schema.CATEGORY: "category categoryid categoryname productcategory catid cat kategorie produktkategorie categorie categoria warengruppe "
    "productgroup itemgroup dept deptid department departmentid abteilung family itemfamily rubrique famille familia",
    schema.PRICE: "price unitprice sellprice sellingprice salesprice saleprice retailprice preis verkaufspreis einzelpreis stuckpreis prix "
    "prixunitaire precio preciounitario prezzo preco prijs",
    schema.PROMO: "promo promotion onpromotion ispromo ispromotion promoflag promotionflag promoted aktion angebot promocion promozione promocao",
    schema.OPEN: "open isopen storeopen geoffnet offen ouvert abierto aperto aberto",
    schema.SUPPLIER: "supplier suppliername vendor vendorname lieferant lieferantenname fournisseur nomfournisseur proveedor nombreproveedor "
    "fornitore nomefornitore fornecedor leverancier leverandor leverantor toimittaja dostawca dodavatel beszallito szallito furnizor dobavljac "
    "tedarikci "
    "поставщик προμηθευτης pemasok 供应商 供應商 仕入先 공급업체 المورد ספק",
}

SUPPLIER_NAMES: Final = NAMES[schema.SUPPLIER]
"""Plain names of a column that names suppliers."""


def by_name(table: Table, names: AnyMapping[str, str]) -> Mapping:
    """A role for each column with a telling name whose cells suit it.

    Args:
        table: The file.
        names: Role -> plain names in order, the most telling one first, with spaces between them.
    """
    guess: Mapping = {}
    plain_names = {name: plain(name) for name in table.columns}
    for role, known in names.items():
        for name in known.split():
            match = next((column for column in table.columns if plain_names[column] == name and column not in guess.values()), None)
            if match is not None and _suits(role, table.rows[match]):
                guess[role] = match
                break
    return guess


def checked(table: Table, mapping: AnyMapping[str, str], *, count_rows: bool = False) -> Mapping:
    """The mapping in the order of the schema, without keys, attributes and drivers that have not one cell; without sales where rows are counted.

    Raises:
        InputError: An unknown role or column, or a column with two roles.
        ColumnsMissing: No column for `date` or `sales`.
    """
    mapping = {role: column for role, column in mapping.items() if role != schema.SALES or not count_rows}
    require_columns(table, mapping, schema.ROLES)
    missing = [role for role in schema.REQUIRED if role not in mapping and not (role == schema.SALES and count_rows)]
    if missing:
        raise ColumnsMissing(_question(missing, table.columns), missing=missing, found=table.columns)
    known = {role for role, column in mapping.items() if role in schema.REQUIRED or not len(table) or not is_empty(table.rows[column]).all()}
    return {role: mapping[role] for role in schema.ROLES if role in known}


def over_guess(guess: AnyMapping[str, str], given: AnyMapping[str, str]) -> Mapping:
    """What a person says of columns, and the guess of those that they say nothing of. An empty column says that none has that role.

    Example:
        >>> over_guess({"date": "Day", "price": "Total", "store": "Shop"}, {"price": "", "region": "Shop"})
        {'date': 'Day', 'region': 'Shop'}
    """
    taken = set(given.values())
    said = {role: column for role, column in guess.items() if column not in taken} | dict(given)
    return {role: column for role, column in said.items() if column}


def require_columns(table: Table, mapping: AnyMapping[str, str], roles: tuple[str, ...]) -> None:
    """Raises InputError unless every role is one of `roles` and every column exists and has one role."""
    for role, column in mapping.items():
        if role not in roles:
            raise InputError(f"{role[:MAX_NAME_CHARACTERS]} is not a role that a column can have. Roles are {', '.join(roles)}.")
        if column not in table.columns:
            raise InputError(f"The file has no column {column[:MAX_NAME_CHARACTERS]} for {role}. Its columns are {listed(table.columns)}.")
    for column in mapping.values():
        several = [role for role, other in mapping.items() if other == column]
        if len(several) > 1:
            raise InputError(f"The column {column} cannot be {' and '.join(several)} at once. Choose one role for it.")


def _question(missing: list[str], columns: tuple[str, ...]) -> str:
    what = {schema.DATE: "dates", schema.SALES: "sales"}
    options = " ".join(f"--map {role}=COLUMN" for role in missing)
    parts = [column for column in columns if not {plain(column), *words(column)}.isdisjoint(DATE_PARTS)]
    years = [column for column in columns if not {plain(column), *words(column)}.isdisjoint(YEARS)]
    if schema.DATE in missing and years and parts == years:
        span = "quarter" if any(not {plain(column), *words(column)}.isdisjoint(QUARTERS) for column in columns) else "year"
        return (
            f"The dates are {span}s ({listed(years)}), and {span}s are not supported. Export the sales by day, week or month, with dates such as "
            f"2026-03-31, 2026-W05 or 2026-03, and upload that. Another column may have the dates: choose it (--map date=COLUMN on the command line)."
        )
    if schema.DATE in missing and len(parts) > 1:
        return (
            f"The date stands in several columns: {listed(parts)}. Write it in one column, such as 2026-03-31, 2026-03 or 2026-W05, and upload again."
        )
    return (
        f"This file has no column with {' and none with '.join(what[role] for role in missing)}. Columns found: {listed(columns)}. "
        f"Choose the {' and the '.join(missing)} column ({options} on the command line), or upload another file."
    )


def _suits(role: str, cells: pd.Series) -> bool:
    """Whether most cells can be what the role asks for; keys, attributes and required columns always can."""
    if role not in schema.DRIVERS or len(cells) == 0:
        return len(cells) == 0 or role in schema.REQUIRED or not is_empty(cells).all()
    return suits_driver(role, sample(cells))


def suits_driver(role: str, texts: pa.Array) -> bool:
    """Whether most of a column's distinct texts can be what a driver asks for: numbers for a price, yes and no for the others."""
    if not len(texts):
        return False
    fits = np.isfinite(numbers(texts)) if role == schema.PRICE else [text.strip().casefold() in YES | NO for text in texts.to_pylist()]
    return bool(np.mean(fits) >= MIN_SHARE_WITH_NAME)

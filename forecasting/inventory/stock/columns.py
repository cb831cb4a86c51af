"""Which column of a stock file plays which role: a guess that a person confirms."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from typing import Final

from forecasting.core import schema
from forecasting.core.errors import ColumnsMissing
from forecasting.intake import column_guess, column_mapping
from forecasting.intake.column_facts import ColumnFacts, facts_of
from forecasting.intake.column_mapping import Mapping
from forecasting.intake.table import Table, is_empty
from forecasting.inventory.stock import column_words, state

ROLES: Final = (*schema.KEYS, *state.COLUMNS, schema.SUPPLIER)
MIN_SHARE_THAT_SUITS: Final = 0.5
"""Share of the distinct cells of a column with telling words that have to fit its role."""

_NAMES: Final = {
    **{role: column_mapping.NAMES[role] for role in schema.KEYS},
    state.ON_HAND: "onhand stockonhand qtyonhand quantityonhand onhandqty onhandquantity instock stock stocklevel currentstock stockqty "
    "inventory inventorylevel currentinventory availablestock available soh bestand lagerbestand istbestand aktuellerbestand warenbestand "
    "bestandsmenge verfugbar stockactuel stockdisponible enstock existencias stockactual inventario giacenza scorta estoque estoqueatual "
    "voorraad huidigevoorraad quantity qty menge stuck anzahl units",
    state.ON_ORDER: "onorder qtyonorder quantityonorder onorderqty openorders openorder ordered orderedqty orderedquantity intransit "
    "incoming inbound pipeline expectedreceipts scheduledreceipts bestellt offenebestellungen offenebestellung bestellbestand bestellmenge unterwegs "
    "encommande commandesencours enpedido pedidospendientes entransito inordine emencomenda pedidosabertos besteld inbestelling",
    state.DUE: "due duedate deliverydate expecteddate expecteddelivery arrivaldate arrival eta receiptdate lieferdatum liefertermin ankunft "
    "eintreffdatum wareneingang datelivraison livraisonprevue fechaentrega fechadeentrega entregaprevista dataconsegna consegna dataentrega "
    "leverdatum verwachteleverdatum",
    state.BACKORDERS: "backorders backorder backordered backorderqty outstandingorders owed ruckstand ruckstande auftragsruckstand "
    "reliquat reliquats commandesenattente pendientes pedidosatrasados arretrati emfalta nabestelling nabestellingen",
    state.LEAD_TIME: "leadtime leadtimedays leaddays lt ltdays deliverytime deliverydays replenishmenttime lieferzeit lieferzeittage "
    "lieferzeitintagen wiederbeschaffungszeit wbz delai delailivraison delaidelivraison delaiapprovisionnement plazo plazoentrega "
    "plazodeentrega tiempodeentrega tempodiconsegna prazo prazodeentrega levertijd",
    state.LEAD_TIME_SD: "leadtimesd leadtimestd leadtimestddev leadtimestandarddeviation leadtimesigma sdleadtime stdleadtime "
    "leadtimevariability lieferzeitstreuung lieferzeitstandardabweichung streuungderlieferzeit ecarttypedelai desviacionplazo",
    state.LEAD_TIMES: "leadtimes pastleadtimes leadtimehistory observedleadtimes lieferzeiten delais plazos levertijden",
    state.REVIEW_PERIOD: "reviewperiod reviewperioddays reviewdays reviewinterval orderinterval ordercycle orderevery bestellrhythmus "
    "bestellintervall bestellzyklus frequencecommande periodederevue periodicite periododerevision frecuenciapedido besteinterval",
    state.PACK_SIZE: "packsize pack packunits packqty packquantity casesize casepack casequantity unitspercase unitsperpack ordermultiple "
    "packunit verpackungseinheit ve vpe packungsgrosse packgrosse gebinde gebindegrosse conditionnement colisage tailledulot unidadesporcaja "
    "unidadporcaja tamanopaquete confezione pezzipercollo embalagem unidadesporcaixa verpakkingseenheid",
    state.MINIMUM_ORDER: "minimumorder minorder moq minorderqty minimumorderquantity minorderquantity minimumquantity minqty "
    "mindestbestellmenge mindestmenge mindestabnahme minimumcommande quantiteminimale pedidominimo cantidadminima ordineminimo "
    "quantidademinima minimumafname",
    state.UNIT_COST: "unitcost cost costprice purchaseprice purchasecost buyingprice costperunit wholesaleprice cogs einkaufspreis ek ekpreis "
    "einstandspreis kosten stuckkosten prixachat prixdachat coutunitaire cout coste costo costeunitario costounitario preciocompra "
    "preciodecompra prezzoacquisto custo custounitario inkoopprijs kostprijs",
    state.PRICE: column_mapping.NAMES[schema.PRICE],
    state.HOLDING_COST: "holdingcost holding carryingcost storagecost lagerkosten lagerhaltungskosten coutstockage coutdestockage "
    "costealmacenamiento costodialmacenamento costostoccaggio",
    state.ORDER_COST: "ordercost orderingcost setupcost fixedordercost bestellkosten coutcommande coutdecommande "
    "costepedido costoordine custodopedido",
    state.SHELF_LIFE: "shelflife shelflifedays daysofshelflife life perishabledays haltbarkeit haltbarkeittage mindesthaltbarkeit mhd "
    "dureedevie dureedeconservation vidautil validade houdbaarheid",
    state.UNIT_SPACE: "unitspace space shelfspace spaceperunit facing facings volumeperunit platz regalplatz platzbedarf stellplatz espace "
    "encombrement espacio espacioporunidad spazio espaco ruimte",
    state.SERVICE_LEVEL: "servicelevel targetservicelevel servicetarget service csl cycleservicelevel servicegrad lieferfahigkeit "
    "lieferbereitschaft tauxdeservice niveaudeservice niveldeservicio livellodiservizio niveldeservico servicegraad",
    schema.SUPPLIER: column_mapping.SUPPLIER_NAMES,
}


def guess_mapping(table: Table) -> Mapping:
    """A role for each column that has any cell and whose name is known; then for those whose names have telling words, and cells that suit them."""
    guess = column_mapping.by_name(table, _NAMES)
    others = [each for each in facts_of(table.rows) if each.name not in guess.values() and each.filled > 0]
    guess |= _by_words(others, guess)
    keys = column_guess.keys_of([each for each in others if each.name not in guess.values()])
    guess = {**keys, **guess}
    return {role: guess[role] for role in ROLES if role in guess}


def _by_words(columns: list[ColumnFacts], taken: Mapping) -> Mapping:
    """A role that nobody has for each column whose words and cells tell it, the most telling names first."""
    ranks = [
        (column_words.rank(each.name, role), -place, role, each.name)
        for place, each in enumerate(columns)
        for role in column_words.PHRASES
        if role not in taken and _suits(each, role)
    ]
    guess: Mapping = {}
    for (*_, letters), _, role, name in sorted(ranks, reverse=True):
        if letters and role not in guess and name not in guess.values():
            guess[role] = name
    return guess


def _suits(column: ColumnFacts, role: str) -> bool:
    """Whether most cells are such as the role needs."""
    share = column.days if role == state.DUE else column.numeric if column.days < MIN_SHARE_THAT_SUITS else 0.0
    return share >= MIN_SHARE_THAT_SUITS


def checked(table: Table, chosen: AnyMapping[str, str], keys: list[str], *, alone: bool) -> Mapping:
    """The mapping in order, without empty columns and without keys that the series do not have.

    Args:
        table: The file.
        chosen: Role -> column.
        keys: The key columns of the series.
        alone: Whether there is only one series, so that rows need no key.

    Raises:
        InputError: An unknown role or column, or a column with two roles.
        ColumnsMissing: No column names the series, or none has a value for them.
    """
    column_mapping.require_columns(table, chosen, ROLES)
    used = {role: chosen[role] for role in ROLES if role in chosen and not is_empty(table.rows[chosen[role]]).all()}
    named = [role for role in keys if role in used]
    shown = ", ".join(table.columns[:30])
    if keys and not named and not alone:
        raise ColumnsMissing(
            f"This file has no column that says which {' or '.join(_WORDS[role] for role in keys)} a row is about. Columns found: {shown}. "
            f"Choose it (--map {keys[0]}=COLUMN on the command line), or upload another file.",
            missing=keys,
            found=table.columns,
        )
    given = [role for role in state.COLUMNS if role in used]
    if not given:
        raise ColumnsMissing(
            f"This file has no column with stock or terms of orders. Columns found: {shown}. Choose what they mean "
            f"(--map {state.ON_HAND}=COLUMN on the command line), or upload another file.",
            missing=(state.ON_HAND,),
            found=table.columns,
        )
    return {role: used[role] for role in (*named, *given, *([schema.SUPPLIER] if schema.SUPPLIER in used else []))}


_WORDS: Final = {schema.PRODUCT: "product", schema.REGION: "region", schema.STORE: "store"}

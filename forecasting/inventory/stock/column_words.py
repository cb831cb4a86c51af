"""Words in the names of a stock file's columns, in the languages of tills and shops: what a column with such words probably holds.

Phrases are plain (`names.words`): lower case, without accents, one space between words. Texts in scripts without spaces are looked for anywhere.
"""

from __future__ import annotations

from typing import Final

from forecasting.intake.column_words import words_of
from forecasting.intake.names import words
from forecasting.inventory.stock import state


def phrases_of(text: str) -> tuple[str, ...]:
    """The phrases of a text with a bar between them."""
    return tuple(phrase.strip() for phrase in text.split("|"))


PHRASES: Final = {
    state.ON_ORDER: phrases_of(
        "on order|on po|on the way|in transit|incoming|inbound|en route|to come|coming|arriving|expected|awaited|open order|open orders|ordered"
        "|unterwegs|zulauf|im zulauf|erwartet|bestellt|in bestellung|offene bestellung|offene bestellungen|offene menge"
        "|en commande|en cours|en transit|attendu|attendus|attendue|a recevoir|en pedido|pedidos|en camino|en transito|por recibir|por llegar"
        "|in arrivo|in ordine|ordinato|ordinati|in transito|a caminho|em transito|em pedido|encomendado|encomendados|a chegar"
        "|onderweg|besteld|in bestelling|te ontvangen|verwacht|bestilt|pa vej|undervejs|underveis|i ordre|bestalld|bestallt|pa vag|i bestallning"
        "|tilattu|tilauksessa|matkalla|tulossa|w drodze|zamowione|zamowiono|na ceste|objednano|objednane|uton|rendelve|megrendelve|pe drum|comandat"
        "|na putu|naruceno|yolda|siparis edilen|sipariste|в пути|заказано|ожидается|σε παραγγελια|καθ οδον|dipesan|dalam perjalanan|dang ve|dat hang"
        "|teel|tellitud|cela|pasutits|pakeliui|uzsakyta"
    ),
    state.DUE: phrases_of(
        "due|arrives|arrival|arriving|expected|delivery|delivery date|delivered on|eta|lieferdatum|lieferung|liefertermin|ankunft|kommt am|erwartet"
        "|livraison|date livraison|arrivee|attendu|attendue|entrega|fecha entrega|llegada|consegna|data consegna|arrivo|data entrega|chegada|levering"
        "|leverdatum|aankomst|verwacht|leveringsdato|leverans|leveransdatum|ankomst|toimituspaiva|saapuu|termin dostawy|data dostawy|dodani|erkezes"
        "|szallitas|livrare|isporuka|datum isporuke|teslim|teslim tarihi|поставка|дата поставки|дата прихода|παραδοση|datang|ngay giao|ngay ve"
    ),
    state.BACKORDERS: phrases_of(
        "backorder|backorders|back order|back orders|owed|ruckstand|ruckstande|reliquat|reliquats|pedidos atrasados|arretrati|nabestelling"
    ),
    state.LEAD_TIME: phrases_of(
        "lead time|lead days|delivery time|delivery days|lieferzeit|lieferdauer|wiederbeschaffungszeit|delai|delai livraison|delai de livraison"
        "|plazo|plazo entrega|plazo de entrega|tempo consegna|tempo di consegna|tempi di consegna|prazo|prazo de entrega|levertijd|leveringstid"
        "|leveranstid|ledetid|ledtid|toimitusaika|czas dostawy|dodaci lhuta|dodaci doba|szallitasi ido|termen de livrare|rok isporuke|teslim suresi"
        "|срок поставки|время поставки|χρονος παραδοσης"
    ),
    state.PACK_SIZE: phrases_of(
        "pack size|case size|case pack|case qty|pack qty|box size|per pack|per case|per box|per carton|packung|verpackung|verpackungseinheit|gebinde"
        "|pro karton|pro packung|colisage|conditionnement|par carton|par colis|por caja|por paquete|confezione|per confezione|per cartone|por caixa"
        "|per doos|verpakking|pr kolli|per kolli|forpackning|w opakowaniu|opakowanie|baleni|kiszereles|koli ici|упаковка|в упаковке"
    ),
    state.MINIMUM_ORDER: phrases_of(
        "minimum order|min order|order minimum|moq|mindestbestellmenge|mindestabnahme|minimum de commande|commande minimum|pedido minimo"
        "|ordine minimo|minimum bestelling|minimale bestelling|minimalne zamowienie|minimalni odber|минимальный заказ"
    ),
    state.UNIT_COST: phrases_of(
        "unit cost|cost|cost price|purchase price|buying price|einkauf|einkaufspreis|ek|einstandspreis|prix achat|prix d achat|prix de revient|cout"
        "|coste|costo|precio compra|precio de compra|prezzo acquisto|prezzo di acquisto|prezzo d acquisto|custo|preco de compra|preco de custo"
        "|inkoopprijs|inkoop|kostprijs|kostpris|innkjopspris|inkopspris|ostohinta|cena zakupu|nakupni cena|beszerzesi ar|pret achizitie"
        "|nabavna cena|alis fiyati|maliyet|закупочная цена|себестоимость|τιμη αγορας|harga beli|gia nhap"
    ),
    state.SHELF_LIFE: phrases_of(
        "shelf life|haltbarkeit|duree de vie|duree de conservation|vida util|durata|validade|houdbaarheid|holdbarhed|holdbarhet|hallbarhet|sailyvyys"
        "|trwalosc|trvanlivost|eltarthatosag|срок годности|срок хранения|raf omru"
    ),
    state.SERVICE_LEVEL: phrases_of(
        "service level|service target|servicegrad|taux de service|niveau de service|nivel de servicio|livello di servizio|nivel de servico"
        "|servicegraad"
    ),
    state.ON_HAND: phrases_of(
        "on hand|in hand|in stock|stock|stocks|on shelf|on the shelf|inventory|available|bestand|vorrat|vorratig|auf lager|verfugbar|en stock|dispo"
        "|disponible|disponibles|existencias|existencia|inventario|giacenza|giacenze|scorta|scorte|rimanenza|rimanenze|disponibile|disponibili"
        "|estoque|disponivel|voorraad|op voorraad|lagersaldo|beholdning|lagerbeholdning|pa lager|i lager|saldo|varasto|varastosaldo|varastossa|stan"
        "|stan magazynowy|zapas|zapasy|na stanie|skladem|zasoba|stav skladu|keszlet|raktarkeszlet|stoc|zaliha|zalihe|stok|mevcut|остаток|остатки"
        "|запас|запасы|в наличии|наличие|αποθεμα|αποθεματα|διαθεσιμα|persediaan|sisa|ton kho|laos|laoseis|laoseisu|atlikums|likutis"
    ),
    state.PRICE: phrases_of(
        "price|preis|verkaufspreis|vk|prix|prix de vente|precio|precio venta|precio de venta|pvp|prezzo|prezzo di vendita|preco|preco de venda|prijs"
        "|verkoopprijs|pris|salgspris|hinta|cena|ar|pret|fiyat|цена|τιμη|harga|harga jual"
    ),
}
"""Role -> phrases. The first roles say more than the last two: in "stock on the way" the way counts."""
GENERIC: Final = (state.ON_HAND, state.PRICE)
"""Roles that a column has only if it can have no other."""
ANYWHERE: Final = {
    state.ON_ORDER: (
        "在途",
        "已订",
        "已訂",
        "发注",
        "発注",
        "入荷予定",
        "주문",
        "입고예정",
        "운송중",
        "ระหว่างทาง",
        "สั่งซื้อ",
        "في الطريق",
        "قيد الطلب",
        "בדרך",
        "בהזמנה",
    ),
    state.DUE: ("到货日", "到貨日", "入荷日", "入荷予定日", "納期", "입고일", "납기", "วันที่รับ", "تاريخ التسليم", "תאריך אספקה"),
    state.LEAD_TIME: ("交货期", "交期", "リードタイム", "리드타임"),
    state.UNIT_COST: ("进价", "進價", "成本", "原価", "仕入", "원가", "매입가", "ต้นทุน", "التكلفة", "עלות"),
    state.ON_HAND: ("库存", "庫存", "在庫", "现有量", "재고", "คงเหลือ", "สต็อก", "स्टॉक", "المخزون", "مخزون", "מלאי"),
    state.PRICE: ("单价", "單價", "価格", "単価", "价格", "가격", "단가", "ราคา", "السعر", "מחיר"),
}
ENDINGS: Final = {state.ON_HAND: ("bestand", "voorraad", "beholdning", "saldo", "keszlet")}
"""What compounds end in: "Filialbestand"."""

_LIMITS: Final = (
    "min minimum minimal mini max maximum maximal maxi safety buffer reorder target goal ideal soll ziel sicherheit mindest melde hochst "
    "secu securite seguridad sicurezza seguranca veiligheid objectif objetivo obiettivo minimo massimo maximo minimale maximale"
)
_MONEY: Final = (
    "value worth wert valeur valor valore waarde amount betrag montant importe total_cost cost price turnover umsatz ratio percent pct share"
)
_TIME: Final = "date days day last letzte letzter dernier derniere ultimo ultima laatste previous cover coverage reichweite age weeks months"
NOT_AMOUNTS: Final = words_of(f"{_LIMITS} {_MONEY} {_TIME} location platz place status backorder")
"""Words in names of columns with units that are no count of a shelf: levels, money, times."""
NOT_AMOUNTS_BEFORE: Final = (
    "mindest", "melde", "sicherheits", "hochst", "maximal", "minimal", "soll", "ziel", "bestell", "minimum", "maximum", "veiligheids", "anfangs"
)  # fmt: skip
"""Beginnings of such compounds: "Mindestbestand"."""
NOT_COST: Final = words_of("total gesamt holding carrying storage shipping order ordering setup inventory stock lager transport freight sum")
NOT_PRICE: Final = words_of("total gesamt competitor index currency before old shipping list")
NOT_DUE: Final = words_of(
    "last letzte letzter dernier derniere ultimo ultima laatste previous order ordered bestellt placed expiry expires time days"
)
NOT: Final = {
    **dict.fromkeys((state.ON_HAND, state.ON_ORDER, state.BACKORDERS), NOT_AMOUNTS),
    state.UNIT_COST: NOT_COST,
    state.PRICE: NOT_PRICE,
    state.DUE: NOT_DUE,
    state.LEAD_TIME: words_of("sd std deviation variability spread streuung past history"),
    state.PACK_SIZE: words_of("cost price kosten preis"),
}
"""Role -> words that tell that a column has another one."""


def rank(name: str, role: str) -> tuple[int, int, int]:
    """How much a column's name says that it has a role: whether no vaguer one, words and letters of the longest phrase; zeros for not at all.

    Example:
        >>> rank("Stock on the way (pcs)", "on_order") > rank("Stock on the way (pcs)", "on_hand") > rank("Safety stock", "on_hand")
        True
    """
    found = words(name)
    if not NOT.get(role, frozenset()).isdisjoint(found):
        return 0, 0, 0
    text = f" {' '.join(found)} "
    phrases = [phrase for phrase in PHRASES[role] if f" {phrase} " in text] + [text for text in ANYWHERE.get(role, ()) if text in name]
    if not phrases and any(_is_compound(word, ending) for word in found for ending in ENDINGS.get(role, ())):
        phrases = [role]
    longest = max(phrases, key=lambda phrase: (phrase.count(" "), len(phrase)), default="")
    return (int(role not in GENERIC), longest.count(" ") + 1, len(longest)) if longest else (0, 0, 0)


def _is_compound(word: str, ending: str) -> bool:
    return word.endswith(ending) and word != ending and not word.startswith(NOT_AMOUNTS_BEFORE)

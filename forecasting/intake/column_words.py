"""Words in the names of columns, in the languages of tills and shops: what a column with such a word probably holds.

Words are plain (`names.plain`): lower case, without accents. Words in scripts without spaces are looked for anywhere in a name.
"""

from __future__ import annotations

from typing import Final


def words_of(text: str) -> frozenset[str]:
    """The words of a text with spaces between them."""
    return frozenset(text.split())


DATE: Final = words_of(
    "date day ds datum tag fecha jour data dato datetime timestamp giorno dia dag tanggal tarih дата день datumas kuupaev paivamaara pvm "
    "ημερομηνια dzien den dan datumo ngay week month woche monat semaine mois semana mes settimana mese uge maned vecka manad viikko kuukausi "
    "period periode periodo tydzien miesiac tyden mesic hafta неделя месяц waktu created created_at buchungstag"
)
DATE_ANYWHERE: Final = ("日期", "日付", "年月日", "販売日", "売上日", "時間", "时间", "날짜", "일자", "판매일", "วันที่", "तारीख", "تاريخ", "תאריך")
DATE_FIRST: Final = words_of("order sale sales sold purchase created invoice transaction posting bill business receipt pesanan ordered verkauf")
"""What tells a date of the sale from others."""
DATE_NOT: Final = words_of(
    "ship shipped shipping delivery delivered deliver due updated update modified birth birthday expiry expires expiration valid refund "
    "refunded return paid payment settled export exported print printed holiday flag cancel cancelled document lieferdatum payout"
)

UNITS: Final = words_of(
    "quantity qty quantities units unit pcs pieces piece count sold menge absatz stuck stueck stuckzahl anzahl quantite qte unites unidades "
    "cantidad uds cant quantita qta pezzi quantidade qtd qtde unidade aantal stuks miktar adet количество колво шт штук ilosc sztuk szt "
    "mnozstvi ks kusy mennyiseg db darab kolicina kom cantitate buc antal stk styck maara kpl ποσοτητα τεμαχια jumlah kuantitas banyaknya "
    "soluong volume demand itemcntday cnt vendus vendidas venduti verkocht nos dona kiekis daudzums kogus"
)
UNITS_ANYWHERE: Final = (
    "数量",
    "销量",
    "銷量",
    "販売数",
    "売上数",
    "個数",
    "点数",
    "件数",
    "수량",
    "판매량",
    "จำนวน",
    "मात्रा",
    "كمية",
    "الكمية",
    "כמות",
)
SALES: Final = words_of(
    "sales sale y target ventes ventas vendite vendas verkauf verkaufe verkaufszahlen verkoop sprzedaz prodej prodaja prodano продажи продано "
    "satis eladas vanzari forsaljning salg myynti πωλησεις penjualan terjual orders"
)
SALES_ANYWHERE: Final = ("销售", "販売", "売上", "판매", "ขาย", "مبيعات", "מכירות")
MONEY: Final = words_of(
    "revenue amount total umsatz erlos erloes betrag net gross turnover income value takings receipts chiffre ca montant importe ingresos "
    "facturacion ricavo incasso fatturato receita faturamento valor omzet bedrag ciro tutar выручка сумма przychod kwota trzba castka arbevetel "
    "osszeg prihod iznos incasari suma omsaetning belopp omsattning liikevaihto τζιρος pendapatan harga doanhthu money usd eur gbp proceeds"
)
MONEY_ANYWHERE: Final = ("金额", "金額", "売上高", "销售额", "銷售額", "매출", "금액", "ยอดขาย", "राशि", "المبلغ", "סכום")
NOT_SALES: Final = words_of(
    "price cost preis prix precio prezzo preco prijs fiyat цена cena ar pret pris hinta τιμη harga kosten tax vat mwst ust tva iva kdv ндс "
    "taxes discount rabatt remise descuento sconto desconto korting indirim скидка stock inventory onhand bestand lager stocklevel remaining "
    "balance forecast predicted prediction plan planned budget ytd mtd qtd cumulative cumul cumulated running returned returns return refund "
    "refunded refunds cancelled ordered purchased received shipped margin profit cogs shipping fee fees tip tips zip postal postcode plz phone "
    "telefon customers customer visitors rating temperature index hour week weekday month year id number nr no code rank percent share ratio "
    "weight size age distance competitor average avg mean loyalty paid subtotal row line lat lon latitude longitude"
)
NOT_SALES_ANYWHERE: Final = (
    "单价",
    "單價",
    "単価",
    "价格",
    "價格",
    "단가",
    "가격",
    "库存",
    "庫存",
    "在庫",
    "재고",
    "税",
    "折扣",
    "割引",
    "成本",
    "编号",
    "番号",
    "번호",
)

WEAK_NOT_SALES: Final = words_of("index hour week weekday month year number nr no code id size weight row line customers customer")
"""Those of `NOT_SALES` that a word for units outweighs: "Number sold"."""

PRICE: Final = words_of("price preis prix precio prezzo preco prijs fiyat цена cena pret pris hinta harga τιμη kaina hind unitprice sellprice")
PRICE_ANYWHERE: Final = ("单价", "單價", "単価", "价格", "價格", "단가", "가격", "ราคา", "السعر", "מחיר")
PRICE_NOT: Final = words_of("total gesamt competitor fuel oil market index point change discount tax shipping cost old before compare name currency")

PRODUCT: Final = words_of(
    "product products sku item items article articles artikel produkt produit producto produto prodotto articulo articolo artigo ean upc gtin "
    "plu barcode asin material urun товар номенклатура наименование продукт изделие towar zbozi termek proizvod artikl naziv produs varer vara "
    "vare tuote προιον ειδος produk barang hang sanpham merchandise goods description designation bezeichnung dish meal menuitem title "
    "stockcode uniqueid seriesid lineitem detail details proizvoda preke prece toode livre book drug medicine titel flavor flavour"
)
PRODUCT_ANYWHERE: Final = (
    "商品",
    "品名",
    "产品",
    "產品",
    "品番",
    "製品",
    "货品",
    "物料",
    "상품",
    "제품",
    "품목",
    "메뉴",
    "สินค้า",
    "उत्पाद",
    "المنتج",
    "الصنف",
    "מוצר",
)
PRODUCT_NOT: Final = words_of(
    "price cost quantity qty vendor category categorie kategorie group gruppe tax discount status count total type subtotal revenue weight size "
    "employee date refund ordered menge preis prix order id_order number_of promotion sales refunded category_name brand units"
)
STORE: Final = words_of(
    "sheet store stores shop shops filiale filialen filial branch outlet location locations laden markt magasin tienda negozio loja winkel site "
    "warehouse sucursal boutique depot lager sube magaza magazin магазин филиал точка склад sklep prodejna pobocka uzlet bolt trgovina "
    "prodavnica poslovnica butik butikk myymala toimipiste καταστημα toko cabang gerai cuahang chinhanh plant restaurant cafe standort "
    "parduotuve veikals kauplus puntovendita puntoventa pdv salon"
)
STORE_ANYWHERE: Final = (
    "门店",
    "店舗",
    "店铺",
    "店鋪",
    "分店",
    "支店",
    "매장",
    "점포",
    "지점",
    "สาขา",
    "ร้าน",
    "दुकान",
    "المتجر",
    "الفرع",
    "חנות",
    "סניף",
)
REGION: Final = words_of(
    "region regions gebiet bundesland regione regiao country land pays pais district area zone market county province state bolge регион "
    "область wojewodztwo kraj megye regija judet lan fylke maakunta περιοχη wilayah provinsi khuvuc territory departement provincia canton"
)
REGION_ANYWHERE: Final = ("地区", "地區", "地域", "区域", "省", "県", "지역", "ภูมิภาค", "क्षेत्र", "المنطقة", "אזור")
PLACE_NOT: Final = words_of(
    "ship shipping bill billing customer buyer payment tax email phone manager employee name_of type size zip postal status opening sqft open "
    "promotion holiday currency device time timezone tz dining"
)
ADDRESS: Final = words_of("country land pays pais state province provinz provincia county canton kraj stat wilayah provinsi departement bundesland")
"""Regions that, in a list of what customers bought, are those of the customers."""
CUSTOMER: Final = words_of("customer customerid customers buyer client kunde kunden kundennr cliente acheteur klant klient musteri pelanggan pembeli")
PROMO: Final = words_of("promo promotion promotions onpromo aktion promocion promozione promocao promocja акция kampanya promosi discounted")
CATEGORY: Final = words_of(
    "category categories cat kategorie categorie categoria warengruppe group itemgroup productgroup dept department abteilung family rubrique "
    "famille familia sortiment kategori категория группа kategoria skupina kategorija grupo gruppo class segment"
)
CATEGORY_ANYWHERE: Final = ("类别", "類別", "品类", "分类", "カテゴリ", "分類", "카테고리", "분류", "หมวดหมู่")
SUPPLIER: Final = words_of(
    "supplier suppliers vendor vendors lieferant lieferanten fournisseur fournisseurs proveedor fornitore fornecedor leverancier leverandor "
    "leverantor toimittaja dostawca dodavatel beszallito szallito furnizor dobavljac tedarikci поставщик προμηθευτης pemasok tarnija tiekejas "
    "piegadatajs"
)
SUPPLIER_ANYWHERE: Final = ("供应商", "供應商", "仕入先", "공급업체", "ผู้จัดจำหน่าย", "المورد", "ספק")
SUPPLIER_NOT: Final = words_of(
    "price cost preis prix precio lead time days date day sku item product article artikel articulo rating score phone email address city country "
    "zip type category status country region discount invoice order quantity stock delivery pack moq units sales"
)
TAILS: Final = words_of("name id no nr num number nbr code key title label text descr desc nummer nom nombre nome numero numer adi")
"""What may follow a word without changing what the column holds."""

STATES: Final = words_of(
    "status state type refunded cancelled canceled voided void refund event zustand statut estado stato durum статус stav stan allapot tila "
    "transactiontype linetype receipttype kind storno annulled"
)
STATES_ANYWHERE: Final = ("状态", "狀態", "状況", "状態", "상태", "สถานะ", "الحالة", "סטטוס")
UNDONE: Final = words_of(
    "cancelled canceled cancel cancellation void voided voids refunded refund refunds returned return returns rejected declined failed expired "
    "deleted batal dibatalkan storniert storno abgebrochen ruckgabe erstattet annule annulee rembourse annulled cancelado cancelada anulado "
    "devuelto reembolsado annullato rimborsato devolvido geannuleerd terugbetaald iptal iade отменен отменено отменён возврат возвращен "
    "anulowane anulowany zwrot zruseno vraceno torolt otkazano annulleret annullert annullerad peruttu hoantra dahuy pending unpaid draft"
)
UNDONE_ANYWHERE: Final = ("取消", "退款", "退货", "退貨", "作废", "キャンセル", "返品", "返金", "취소", "환불", "반품", "ยกเลิก", "ملغي", "מבוטל")

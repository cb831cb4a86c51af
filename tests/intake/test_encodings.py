"""The encoding of a text is found, or named by a person."""

from __future__ import annotations

import pytest

from forecasting.core.errors import InputError, UnreadableFile
from forecasting.intake.answers import Answers
from forecasting.intake.encodings import decode
from forecasting.intake.reader import read_table

NAMES = {
    "cp932": ("日付,商品,店舗,数量", ["コーヒー", "牛乳", "紅茶フィルター"], ["港店", "駅前店"]),
    "cp949": ("판매일,상품명,매장,판매수량", ["커피", "우유", "아메리카노"], ["강남", "서울역점"]),
    "gb18030": ("日期,商品名称,门店,销量", ["咖啡豆", "燕麦奶", "滤纸"], ["海港店", "市场店"]),
    "big5": ("日期,商品名稱,門市,數量", ["咖啡豆", "燕麥奶", "濾紙"], ["台北店", "信義路"]),
    "cp1250": ("Datum,Výrobek,Prodejna,Množství", ["Káva", "Čaj zelený", "Rýže"], ["Ústí", "Plzeň"]),
    "cp1250 polish": ("Data,Produkt,Sklep,Ilość", ["Mąka żytnia", "Bułka", "Śmietana"], ["Łódź", "Gdańsk"]),
    "cp1251": ("Дата,Товар,Магазин,Количество", ["Кофе", "Чай", "Хлеб"], ["Центр", "Рынок"]),
    "cp1252": ("Datum,Artikel,Filiale,Stück", ["Brötchen", "Käse", "Süßstoff"], ["München", "Köln"]),
    "cp1252 danish": ("Dato,Vare,Butik,Antal", ["Rødgrød", "Æble", "Mælk"], ["Århus", "København"]),
    "cp1253": ("Ημερομηνία,Προϊόν,Κατάστημα,Ποσότητα", ["Καφές", "Γάλα", "Ψωμί"], ["Αθήνα", "Βόλος"]),
    "cp1254": ("Tarih,Ürün,Şube,Miktar", ["Çay", "Şeker", "Yoğurt"], ["İzmir", "Beşiktaş"]),
    "mac_roman": ("Date,Produit,Magasin,Quantité", ["Café", "Crème", "Pâté"], ["Orléans", "Nîmes"]),
    "utf-16-le": ("日期,商品名称,门店,销量", ["咖啡豆", "燕麦奶"], ["海港店", "市场店"]),
    "utf-16-be": ("Date,Product,Store,Units", ["Tea", "Café"], ["Harbour", "Market"]),
}


def text_of(header, products, stores):
    rows = [f"2026-03-{day:02d},{product},{store},{day}" for day in range(1, 9) for product in products for store in stores]
    return "\n".join([header, *rows, ""])


@pytest.mark.parametrize("case", NAMES)
def test_the_encoding_is_found_and_names_are_readable(case):
    text = text_of(*NAMES[case])
    encoding = case.split()[0]
    table = read_table(text.encode(encoding), "a.csv")
    assert table.reading.encoding == encoding
    assert table.columns == tuple(NAMES[case][0].split(","))
    assert set(table.rows[table.columns[1]]) == set(NAMES[case][1])


def test_a_guess_from_one_word_is_said_to_be_unsure():
    table = read_table("Date,Store,Units\n2026-03-01,Минск,5\n2026-03-02,Минск,6\n".encode("cp1251"), "a.csv")
    assert table.rows["Store"].tolist() == ["Минск", "Минск"]
    assert table.notes == ("Read as cp1251; if names look wrong, give --encoding NAME.",)


def test_a_person_names_the_encoding():
    content = "Date;Ürün;Units\n2026-03-01;Şeker;5\n".encode("cp1254")
    table = read_table(content, "a.csv", Answers(encoding="windows-1252"))
    assert (table.columns[1], table.rows.iloc[0, 1], table.reading.encoding) == ("Ürün", "Þeker", "cp1252")


@pytest.mark.parametrize("name", ["klingon", "base64", "", "utf 8 \0"])
def test_an_unknown_encoding_is_named(name):
    with pytest.raises(InputError, match="There is no encoding"):
        decode(b"a,b\n", "a.csv", name)


def test_a_file_in_another_encoding_than_the_one_named_is_refused():
    with pytest.raises(UnreadableFile, match=r"a\.csv is not in the encoding utf-8"):
        decode("Café".encode("cp1252"), "a.csv", "utf-8")


def test_a_few_broken_letters_do_not_make_another_encoding_of_utf_8():
    content = text_of("Datum,Artikel,Filiale,Stück", ["Brötchen", "Käse"], ["München"]).encode().replace(b"Br\xc3\xb6tchen", b"Br\xc3tchen", 1)
    text = decode(content, "a.csv")
    assert text.encoding == "utf-8"
    assert "1 characters are not in utf-8" in text.notes[0]

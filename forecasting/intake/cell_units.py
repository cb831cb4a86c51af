"""Units that stand in the cells of a column of numbers: "20 pcs", "3,5 kg"."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np
import pyarrow as pa
from pyarrow import compute

from forecasting.intake.number_formats import parse_numbers

MIN_SHARE_OF_ONE_WORD: Final = 0.9
"""Share of the distinct cells that end in one and the same word from which that word is their unit, whatever it is."""
_PLAIN: Final = r"^[0-9.,+\-\s]*$"
_AFTER: Final = (
    r"^(?P<number>[-+\x{2212}(]?[0-9][0-9.,\s\x{00A0}\x{202F}']*?)[\s\x{00A0}\x{202F}]*(?P<unit>[\p{L}\p{M}×][\p{L}\p{M}²³]*\.?)(?P<end>\)?)$"
)
_BEFORE: Final = r"^(?P<unit>[x×]|(?:qty|menge|anz)\.?:?)\s*(?P<number>[-+]?[0-9][0-9.,]*)(?P<end>)$"
_PIECES: Final = "pieces"
_UNITS: Final = {
    _PIECES: "x × ea each pc pcs pce pces piece pieces unit units u un und unid unids unidad unidades unidade ud uds stk stck stck st stück stücke "
    "stuks stycken styck kpl db kom kos ks szt sztuk sztuki buc adet ad tane biji buah pz pza pzas pezzi pezzo pièce pièces peça peças pç qty "
    "menge anz шт штук штуки ед бр τεμ 個 个 個入 件 本 枚 点 台 只 개 점 ชิ้น อัน cái chiếc nos no",
    "kilograms": "kg kgs kilo kilos kilogram kilograms kilogramm кг",
    "grams": "g gr grs gram grams gramm г гр",
    "litres": "l lt ltr ltrs liter liters litre litres litro litros л",
    "millilitres": "ml мл",
    "pounds": "lb lbs pound pounds",
    "ounces": "oz ounce ounces",
    "metres": "m mtr metre metres meter meters м",
    "packs": "pack packs pk pks pkg pkt pack. packet packets paket pakete packung packungen pcks",
    "boxes": "box boxes bx ctn ctns carton cartons case cases cs karton kartons kiste kisten caja cajas",
    "bottles": "bottle bottles btl btls fl flasche flaschen botella botellas",
    "bags": "bag bags sack sacks beutel bolsa bolsas",
}
_KINDS: Final = {word: kind for kind, words in _UNITS.items() for word in words.split()}


def without_units(texts: pa.Array) -> tuple[pa.Array, str]:
    """The texts without the unit after each number, and one of the texts that had one; "" if none has.

    Cells of one unit are numbers of it. Where the cells have several ("500 g" and "2 kg"), the most frequent one counts and the others stay
    as they are, so that they are no numbers.

    Args:
        texts: Distinct texts of a column.
    """
    if compute.all(compute.match_substring_regex(texts, _PLAIN)).as_py():
        return texts, ""
    parts = [_parts(texts, pattern) for pattern in (_AFTER, _BEFORE)]
    money = np.isfinite(parse_numbers(texts, ".")) | np.isfinite(parse_numbers(texts, ","))
    numbers = [None if is_money else after or before for after, before, is_money in zip(*parts, money, strict=True)]
    if not any(numbers):
        return texts, ""
    filled = int(compute.sum(compute.not_equal(compute.utf8_trim_whitespace(texts), "")).as_py())
    kinds = [None if part is None else _KINDS.get(part[1]) or part[1] for part in numbers]
    shares = Counter(kind for kind in kinds if kind is not None)
    usual = {kind for kind in shares if kind in _UNITS or shares[kind] >= MIN_SHARE_OF_ONE_WORD * filled}
    if not usual:
        return texts, ""
    kept = max(usual, key=lambda kind: shares[kind])
    bare = [part[0] if part and kind == kept else text for text, part, kind in zip(texts.to_pylist(), numbers, kinds, strict=True)]
    return pa.array(bare, pa.string()), next(text for text, kind in zip(texts.to_pylist(), kinds, strict=True) if kind == kept)


def _parts(texts: pa.Array, pattern: str) -> list[tuple[str, str] | None]:
    """The number and the unit of each text, None where it has none."""
    fields = compute.extract_regex(compute.utf8_lower(compute.utf8_trim_whitespace(texts)), pattern)
    valid = fields.is_valid().to_numpy(zero_copy_only=False)
    if not valid.any():
        return [None] * len(texts)
    numbers, units, ends = (fields.field(name).to_pylist() for name in ("number", "unit", "end"))
    return [
        (f"{number.strip()}{end}", unit.removesuffix(".")) if is_valid else None
        for number, unit, end, is_valid in zip(numbers, units, ends, np.asarray(valid), strict=True)
    ]

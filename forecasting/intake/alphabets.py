"""Which letters, beyond those of English, a text in a language has; enough to tell encodings apart."""

from __future__ import annotations

from typing import Final

_WESTERN: Final = (
    "àâæçéèêëîïôœùûü",  # French
    "äöüß",  # German
    "áéíñóúü",  # Spanish
    "áâãàçéêíóôõú",  # Portuguese
    "àèéìòù",  # Italian
    "åäöé",  # Swedish, Finnish
    "æøåé",  # Danish, Norwegian
    "ëïéè",  # Dutch
)
_ICELANDIC: Final = "áðéíóúýþæö"
_CENTRAL: Final = (
    "ąćęłńóśźż",  # Polish
    "áčďéěíňóřšťúůýž",  # Czech
    "áäčďéíĺľňóôŕšťúýž",  # Slovak
    "áéíóöőúüű",  # Hungarian
    "čćđšž",  # Croatian, Slovenian
    "ăâîşţ",  # Romanian
)
_TURKISH: Final = ("çğıöşüâîİ",)
_BALTIC: Final = ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž")
_CYRILLIC: Final = ("абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґ",)
_GREEK: Final = ("αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ",)
_HEBREW: Final = ("אבגדהוזחטיךכלםמןנסעףפץצקרשת",)
_ARABIC: Final = ("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژگ",)
_THAI: Final = ("".join(map(chr, range(0x0E01, 0x0E3B))) + "".join(map(chr, range(0x0E40, 0x0E4F))),)

LANGUAGES: Final = (
    ("cp1252", _WESTERN),
    ("mac_roman", _WESTERN),
    ("cp1250", _CENTRAL),
    ("cp1254", _TURKISH),
    ("cp1251", _CYRILLIC),
    ("cp1253", _GREEK),
    ("cp850", _WESTERN),
    ("iso8859_2", _CENTRAL),
    ("cp1257", _BALTIC),
    ("koi8_r", _CYRILLIC),
    ("cp866", _CYRILLIC),
    ("cp1255", _HEBREW),
    ("cp1256", _ARABIC),
    ("cp874", _THAI),
    ("cp1252", (_ICELANDIC,)),
)
"""Encodings with a byte for each letter, the more frequent ones first, and the letters of their languages."""

FREQUENT: Final = frozenset("оеаинтсрвлкмдпу" + "οαιετσνηυρπκμλς" + "והילאתרמשנ" + "اليمنرتوةبد" + "กรานมอเงวสทลยต")
"""Letters of which a text in Cyrillic, Greek, Hebrew, Arabic or Thai mostly consists."""

SIGNS: Final = frozenset(
    "€£¥§°²³½«»…•·©®™ºª№₺¿¡\u00a0\N{EN DASH}\N{EM DASH}\N{MULTIPLICATION SIGN}"
    "\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}\N{SINGLE LOW-9 QUOTATION MARK}"
    "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}\N{DOUBLE LOW-9 QUOTATION MARK}"
)
"""What may stand in a text of any language."""

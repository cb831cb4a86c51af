"""The encoding of a text that does not say it, guessed from a sample of its lines."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.core.errors import InputError, UnreadableFile
from forecasting.intake.alphabets import FREQUENT, LANGUAGES, SIGNS

SAMPLE_BYTES: Final = 2**18
"""Bytes that are looked at for a guess, at most."""
SAMPLE_LETTERS: Final = 4_000
"""Letters beyond ASCII that are looked at for a guess, at most."""
MIN_SURE_SCORE: Final = 0.8
"""Score of the best encoding below which a guess is unsure."""
CLOSE: Final = 0.04
"""Scores nearer than this to the best one are as good as it."""
FEW_WORDS: Final = 3
"""Different words with a letter beyond ASCII below which a guess is unsure."""
MAX_BROKEN_SHARE: Final = 0.05
"""Broken letters of a text in UTF-8, as a share of those beyond ASCII, at most; a text with more is in another encoding."""
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_ASIAN: Final = ("cp932", "cp949", "big5", "gb18030", "euc_jp")
"""Encodings with two bytes for a letter; of those that fit as well the first counts."""
MIN_COMMON_SHARE: Final = 0.85
"""Share of letters that have to be common ones for a text in an Asian encoding, at least."""
MIN_KANA_SHARE: Final = 0.1
"""Share of kana below which a text in EUC-JP would as well be Korean or Chinese."""


@dataclass(frozen=True)
class Text:
    """The text of a file.

    Args:
        utf8: The text in UTF-8, without a byte order mark.
        encoding: The encoding of the file, by a name that Python knows.
        notes: What is unsure or was lost, a sentence each.
    """

    utf8: bytes
    encoding: str
    notes: tuple[str, ...] = ()


def decode(content: bytes, name: str, encoding: str | None = None) -> Text:
    """The text of a file, in the encoding that a person named, that a mark states, or that fits best.

    Raises:
        InputError: Python knows no such encoding.
        UnreadableFile: The text is not in the encoding that was named or that its mark states.
    """
    if encoding is not None:
        return _as_named(content, name, encoding)
    for mark, stated in _MARKS:
        if content.startswith(mark):
            return Text(_strict(content[len(mark) :], stated.removesuffix("-sig"), f"{name} claims to be {stated.upper()} but is not"), stated)
    wide = _without_mark(content[:SAMPLE_BYTES])
    if wide:
        return Text(content.decode(wide, errors="replace").encode(), wide)
    try:
        codecs.decode(content, "utf-8")
    except UnicodeDecodeError as error:
        return _guessed(content, error.start)
    return Text(content, "utf-8")


def guess(sample: bytes) -> tuple[str, bool]:
    """The encoding that fits a sample best, and whether no other one fits as well.

    Args:
        sample: Lines with bytes beyond ASCII, not in UTF-8.
    """
    words = _words(sample)
    scores = [(encoding, _common_share(sample, encoding)) for encoding in _ASIAN]
    if max(score for _, score in scores) < MIN_COMMON_SHARE:
        scores = [(encoding, max(_score(words, encoding, letters) for letters in languages)) for encoding, languages in LANGUAGES]
    best = max(score for _, score in scores)
    close = [encoding for encoding, score in scores if score >= best - CLOSE]
    readings = {b" ".join(words).decode(encoding, errors="replace") for encoding in close}
    return close[0], len(readings) == 1 and len(words) >= FEW_WORDS and best > MIN_SURE_SCORE


def _as_named(content: bytes, name: str, encoding: str) -> Text:
    try:
        "".encode(encoding)
        known = codecs.lookup(encoding)
    except (LookupError, ValueError) as error:
        raise InputError(f'There is no encoding "{encoding[:80]}". Try utf-8, cp1252, cp1250, cp1251, cp932, gb18030, euc_kr or big5.') from error
    text = _strict(content, known.name, f"{name} is not in the encoding {encoding}")
    return Text(text.removeprefix(codecs.BOM_UTF8), known.name)


def _strict(content: bytes, encoding: str, problem: str) -> bytes:
    try:
        return content.decode(encoding).encode()
    except (UnicodeError, ValueError) as error:
        raise UnreadableFile(f"{problem} ({getattr(error, 'reason', 'broken text')}). Name its encoding, or save it as CSV UTF-8.") from error


def _guessed(content: bytes, start: int) -> Text:
    """A text that is not UTF-8; its first byte that is none is at `start`."""
    sample = _lines_beyond_ascii(content, start)
    whole = sample.decode("utf-8", errors="replace")
    broken = whole.count("\ufffd")
    if broken <= MAX_BROKEN_SHARE * sum(letter > "\x7f" for letter in whole):
        return _with_losses(content, "utf-8", ())
    encoding, sure = guess(sample)
    return _with_losses(content, encoding, () if sure else (_unsure(encoding),))


def _with_losses(content: bytes, encoding: str, notes: tuple[str, ...]) -> Text:
    try:
        return Text(content.decode(encoding).encode(), encoding, notes)
    except UnicodeDecodeError:
        text = content.decode(encoding, errors="replace")
        lost = f'{text.count(chr(0xFFFD)):,} characters are not in {encoding} and became "\ufffd".'
        return Text(text.encode(), encoding, (*notes, lost))


def _unsure(encoding: str) -> str:
    return f"Read as {encoding}; if names look wrong, give --encoding NAME."


def _lines_beyond_ascii(content: bytes, start: int) -> bytes:
    """Lines with a byte beyond ASCII, each once, from the first one on that is not UTF-8, and from the header."""
    begin = max(content.rfind(b"\n", 0, start), content.rfind(b"\r", 0, start)) + 1
    lines = [*content[:4096].splitlines()[:10], *content[begin : begin + SAMPLE_BYTES].splitlines()[:-1]]
    lines = lines if begin + SAMPLE_BYTES < len(content) else [*lines, *content[begin:].splitlines()[-1:]]
    return b"\n".join(line for line in dict.fromkeys(lines) if not line.isascii())


def _without_mark(sample: bytes) -> str:
    """UTF-16 that does not state itself; empty for anything else."""
    if len(sample) < 4 or b"\0" not in sample[:4096]:
        return ""
    for encoding, line_end in (("utf-16-le", b"\n\0"), ("utf-16-be", b"\0\n")):
        text = sample[: len(sample) // 2 * 2].decode(encoding, errors="replace")
        odd = sum(letter in "\0\ufffd" or "\ue000" <= letter <= "\uf8ff" or ord(letter) % 256 == 0 for letter in text)
        if line_end in sample and any(mark in text for mark in ",;\t|") and odd <= len(text) // 100:
            return encoding
    return ""


def _common_share(sample: bytes, encoding: str) -> float:
    """The share of letters beyond ASCII that are common ones of the encoding's language; 0 if it is not in that encoding."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    letters = "".join(letter for letter in text if letter > "\x7f")[:SAMPLE_LETTERS]
    kana = sum("\u3041" <= letter <= "\u30fe" for letter in letters)
    if not letters or (encoding == "euc_jp" and kana < MIN_KANA_SHARE * len(letters)):
        return 0.0
    return float(np.mean([_is_common(letter, encoding) for letter in letters]))


def _is_common(letter: str, encoding: str) -> bool:
    if "\u3000" <= letter <= "\u3011" or "\uff01" <= letter <= "\uff5e":
        return True
    if "\u3041" <= letter <= "\u30fe":
        return encoding in ("cp932", "euc_jp")
    if encoding == "cp949":
        return "\uac00" <= letter <= "\ud7a3" and len(letter.encode("euc_kr", errors="ignore")) == 2
    lead = {"cp932": "euc_jp", "gb18030": "gb2312"}.get(encoding, encoding)
    code = letter.encode(lead, errors="ignore")
    first, last = {"euc_jp": (0xB0, 0xCF), "gb2312": (0xB0, 0xD7), "big5": (0xA4, 0xC6)}[lead]
    return len(code) == 2 and first <= code[0] <= last


def _words(sample: bytes) -> list[bytes]:
    """Different words with a byte beyond ASCII."""
    apart = bytes(32 if byte < 128 and not chr(byte).isalpha() else byte for byte in range(256))
    words = dict.fromkeys(word for word in sample.translate(apart).split() if not word.isascii())
    return list(words)[: SAMPLE_LETTERS // 4]


def _score(words: list[bytes], encoding: str, letters: str) -> float:
    """How well words fit a language in an encoding: 1 if each letter beyond ASCII is one of the language and no capital follows a small one."""
    text = b" ".join([b"", *words, b""]).decode(encoding, errors="replace")
    known = frozenset(letters + letters.upper()) - frozenset("ß" if "ß" not in letters else "")
    latin = letters[0] < "\u0370"
    points = [_points(text[at - 1], text[at], text[at + 1], known, latin=latin) for at in range(1, len(text) - 1) if text[at] > "\x7f"]
    return float(np.mean(points)) if points else 0.0


def _points(before: str, letter: str, after: str, known: frozenset[str], *, latin: bool) -> float:
    """Of one letter, which has to be one of the language, no lone capital, and no capital after a small letter."""
    lone = before == " " == after
    if letter in SIGNS:
        return 0.9 if lone else 0.2
    if letter not in known or (letter.isupper() and (before.islower() or lone)):
        return 0.0
    if latin:
        return 1.0
    return 1.0 if letter.lower() in FREQUENT and letter == letter.lower() else 0.6

"""Letters of a line from left to right, where some are written from the right: Hebrew, Arabic, and the numbers and names among them.

The algorithm of Unicode without its marks for embedding, which no text of a sheet has: they are shown as escapes.

Source: Unicode Standard Annex 9, "Unicode Bidirectional Algorithm", rules P2, W1 to W7, N0 to N2, I1, I2, L1 to L4.
"""

from __future__ import annotations

import unicodedata
from itertools import groupby
from typing import Final

from forecasting.inventory.sheets.letter_forms import joined

_MIRRORED: Final = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")  # noqa: RUF001
_CLOSED_BY: Final = {"(": ")", "[": "]", "{": "}"}
_STRONG: Final = ("L", "R", "AL")
_FROM_THE_RIGHT: Final = ("R", "AL", "AN")


def shown(text: str) -> str:
    """The text as its signs stand from left to right, Arabic letters joined.

    Example:
        >>> shown("Tea 12"), shown("\u05d0\u05d1 12 (x)") == "(x) 12 \u05d1\u05d0"
        ('Tea 12', True)
    """
    kinds = [unicodedata.bidirectional(sign) for sign in text]
    if not any(kind in _FROM_THE_RIGHT for kind in kinds):
        return text
    base = next((kind for kind in kinds if kind in _STRONG), "L")
    text = "".join(sign for sign in joined(text) if unicodedata.bidirectional(sign) != "BN" and unicodedata.category(sign) != "Cf")
    level = 0 if base == "L" else 1
    return _reordered(text, _levels(text, level))


def _levels(text: str, base: int) -> list[int]:
    """The level of each sign: even from the left, odd from the right."""
    edge = "R" if base else "L"
    kinds = _with_numbers([unicodedata.bidirectional(sign) for sign in text], edge)
    kinds = _without_neutrals(_with_brackets(text, kinds, edge), edge)
    return [_level(kind, base) for kind in kinds]


def _level(kind: str, base: int) -> int:
    if base % 2 == 0:
        return base + {"R": 1, "AN": 2, "EN": 2}.get(kind, 0)
    return base + (kind in ("L", "AN", "EN"))


def _with_numbers(given: list[str], edge: str) -> list[str]:
    """Rules W1 to W7: marks, numbers, and what stands inside numbers."""
    kinds, strong, before = [], edge, edge
    for kind in given:
        kind = before if kind == "NSM" else kind
        strong = kind if kind in _STRONG else strong
        kind = "AN" if kind == "EN" and strong == "AL" else "R" if kind == "AL" else kind
        kinds.append(kind)
        before = kind
    for place in range(1, len(kinds) - 1):
        around = {kinds[place - 1], kinds[place + 1]}
        if (kinds[place] == "ES" and around == {"EN"}) or (kinds[place] == "CS" and around in ({"EN"}, {"AN"})):
            kinds[place] = kinds[place - 1]
    kinds = _with_terminators(kinds)
    strong = edge
    for place, kind in enumerate(kinds):
        strong = kind if kind in ("L", "R") else strong
        kinds[place] = "L" if kind == "EN" and strong == "L" else kind
    return kinds


def _with_terminators(kinds: list[str]) -> list[str]:
    """Rules W5 and W6: signs like % belong to the number beside them, other separators to nothing."""
    after: list[str] = []
    runs = [(kind, len(list(signs))) for kind, signs in groupby(kinds)]
    for place, (kind, count) in enumerate(runs):
        beside = {runs[place - 1][0] if place else "", runs[place + 1][0] if place + 1 < len(runs) else ""}
        after += ["EN" if kind == "ET" and "EN" in beside else "ON" if kind in ("ES", "ET", "CS", "B", "S", "WS") else kind] * count
    return after


def _with_brackets(text: str, kinds: list[str], edge: str) -> list[str]:
    """Rule N0: both brackets of a pair have one direction."""
    after, opened, pairs = kinds.copy(), list[int](), list[tuple[int, int]]()
    for place, sign in enumerate(text):
        if sign in _CLOSED_BY:
            opened.append(place)
        matching = [number for number, start in enumerate(opened) if _CLOSED_BY[text[start]] == sign]
        if matching:
            pairs.append((opened[matching[-1]], place))
            del opened[matching[-1] :]
    for start, end in sorted(pairs):
        inside = {_direction(kind) for kind in after[start + 1 : end] if kind != "ON"}
        before = next((_direction(kind) for kind in reversed(after[:start]) if kind != "ON"), edge)
        if inside:
            after[start] = after[end] = edge if edge in inside else before
    return after


def _without_neutrals(kinds: list[str], edge: str) -> list[str]:
    """Rules N1 and N2: what stands between two of one direction has it too, else that of the whole line."""
    after: list[str] = []
    runs = [(kind, len(list(signs))) for kind, signs in groupby(kinds)]
    for place, (kind, count) in enumerate(runs):
        if kind == "ON":
            left = _direction(runs[place - 1][0]) if place else edge
            right = _direction(runs[place + 1][0]) if place + 1 < len(runs) else edge
            kind = left if left == right else edge
        after += [kind] * count
    return after


def _direction(kind: str) -> str:
    return "R" if kind in ("R", "AN", "EN") else "L"


def _reordered(text: str, levels: list[int]) -> str:
    """Rules L2 to L4: runs turned round from the highest level down, marks behind their letters, brackets mirrored."""
    clusters: list[tuple[str, int]] = []
    for sign, level in zip(text, levels, strict=True):
        if clusters and unicodedata.combining(sign):
            clusters[-1] = (clusters[-1][0] + sign, clusters[-1][1])
        else:
            clusters.append((sign.translate(_MIRRORED) if level % 2 else sign, level))
    for level in range(max(levels), 0, -1):
        runs = [(is_high, list(run)) for is_high, run in groupby(clusters, lambda each, level=level: each[1] >= level)]  # type: ignore[misc]
        clusters = [each for is_high, run in runs for each in (reversed(run) if is_high else run)]
    return "".join(signs for signs, _ in clusters)

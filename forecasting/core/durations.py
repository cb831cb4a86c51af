"""Durations as text."""

from __future__ import annotations

import math


def duration(seconds: float) -> str:
    """How long something took or will take.

    Example:
        >>> duration(4.12), duration(80), duration(234), duration(7500)
        ('4.1 s', '1 min 20 s', '3.9 min', '2 h 5 min')
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 120:
        return f"1 min {seconds - 60:.0f} s"
    if seconds < 3600:
        return f"{seconds / 60:.1f} min"
    return f"{seconds // 3600:.0f} h {seconds % 3600 // 60:.0f} min"


def time_left(seconds: float | None) -> str:
    """What remains of a task, in steps that do not flicker: "about 1 min 20 s left"."""
    if seconds is None or math.isnan(seconds):
        return "time left not known yet"
    if seconds < 5:
        return "a few seconds left"
    rounded = 5 * math.ceil(seconds / 5) if seconds < 120 else 60 * math.ceil(seconds / 60)
    if rounded < 60:
        return f"about {rounded} s left"
    minutes, rest = divmod(rounded, 60)
    if minutes >= 60:
        return f"about {minutes // 60} h {minutes % 60} min left"
    return f"about {minutes} min {rest} s left" if rest else f"about {minutes} min left"


def about(seconds: float) -> str:
    """How long something will take, as a person says it before it begins.

    Example:
        >>> about(3), about(38), about(75), about(290), about(7000)
        ('about 10 seconds', 'about 40 seconds', 'about 1 minute', 'about 5 minutes', 'about 1.9 hours')
    """
    if seconds < 55:
        return f"about {max(10, round(seconds, -1)):.0f} seconds"
    if seconds < 3570:
        minutes = round(seconds / 60)
        return f"about {minutes} minute{'s' if minutes > 1 else ''}"
    hours = round(seconds / 3600, 1)
    return f"about {hours:g} hour{'s' if hours != 1 else ''}"

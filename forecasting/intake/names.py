"""Names of columns, compared without capitals, accents and signs."""

from __future__ import annotations

import unicodedata


def plain(name: str) -> str:
    """Lower case letters and digits without accents.

    Example:
        >>> plain("Qté vendue (unités)"), plain("Straße Nr.")
        ('qtevendueunites', 'strassenr')
    """
    folded = unicodedata.normalize("NFKD", name.casefold().replace("ß", "ss"))
    return "".join(c for c in folded if c.isalnum())

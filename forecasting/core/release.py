"""Which release of Shelfcast this is; part of the recipe of every version that it trains."""

__version__ = "0.1.0"

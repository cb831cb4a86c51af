"""Shelfcast: from a shop's sales file to a forecast it can trust."""

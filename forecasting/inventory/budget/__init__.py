"""The orders that a limited amount of money or space is best spent on."""

"""Parts of the Inventory page."""

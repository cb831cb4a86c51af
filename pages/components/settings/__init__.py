"""Parts of the page of the shop's settings."""

"""Parts of the page that says why a forecast changed, and the links to it."""

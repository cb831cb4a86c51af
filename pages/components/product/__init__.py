"""Parts of the page of one product."""

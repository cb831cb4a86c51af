"""Parts of the page Orders: what to order from whom, the order book, and the suppliers."""

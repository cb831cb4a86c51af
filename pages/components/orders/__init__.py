"""Parts of the page Orders."""

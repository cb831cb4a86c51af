"""Orders from the proposal to the last delivery: what they are, and what may happen to them."""

"""What to order today: quantities, risk, urgency, classes, the projected stock, and the sentences about them."""

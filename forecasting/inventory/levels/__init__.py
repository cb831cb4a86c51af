"""How much stock a promise takes: demand over the protection period, lost sales, order levels, the textbook's level."""

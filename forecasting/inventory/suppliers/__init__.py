"""Who delivers, when, at what terms, and what an order of many lines has to reach."""

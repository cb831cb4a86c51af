"""Orders to suppliers as Shelfcast proposes them: whose turn it is, how much of what, and what an order still lacks."""

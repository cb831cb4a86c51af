"""Everything on disk checked against what is known of it; and repairs, of what can be repaired without losing anything."""

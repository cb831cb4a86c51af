"""What a person is told of a shop without looking: sources of alerts, one digest a day, and the ways to send it."""

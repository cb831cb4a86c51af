"""From a panel to an ensemble: cleaning, backtest, weights, cold start, reconciliation, bands, health."""

"""Questions to an ensemble: the forecast under a filter, assumptions, what if, accuracy, who needs attention."""

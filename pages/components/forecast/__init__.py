"""Parts of the Forecast page."""

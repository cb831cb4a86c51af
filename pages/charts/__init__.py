"""Frames to Plotly figures in the theme's colours; only pages draw."""

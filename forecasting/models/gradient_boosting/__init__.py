"""Boosted trees on what the network knows of single days ahead: fitted by scikit-learn, served in NumPy."""

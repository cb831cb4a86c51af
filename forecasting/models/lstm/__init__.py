"""The network: its inputs and training windows, its training in Keras, its forecasts in NumPy."""

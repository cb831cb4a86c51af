"""The steps in order, one function for each thing that a person wants; the only wing that knows both models and files."""

"""`python -m adapters.places`: import, export and try the gazetteer."""

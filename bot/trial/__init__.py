"""Plays written conversations through a model, over the real worker, Redis and SQL.

`python -m bot converse` judges a candidate by them; the tests use the same parts.
"""

"""Benchmarks: one module a question, all run by `make bench`."""

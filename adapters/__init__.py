"""Implementations of the domain's ports: files, Redis, SQL, clocks, settings."""

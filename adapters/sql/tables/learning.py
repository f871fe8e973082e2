"""Dialogue log, annotations and the model registry."""

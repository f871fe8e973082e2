"""Emergencies: how they are found in words, what is said first, what may follow."""

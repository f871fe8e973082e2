"""A report of a problem as it is told: its answers, corrections and the resident's yes."""

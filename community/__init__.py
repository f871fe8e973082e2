"""The domain: catalogue, replies, tickets, emergencies, privacy.

Nothing in this package does I/O or imports a framework; adapters implement its
ports and the processes call it.
"""

"""The peer: Rasa 3.6.21 as its documentation recommends it, on the same data."""

"""The Rasa side: NLU components, stores, and the worker that runs dialogues."""

"""The edge: takes residents' messages in, stores them, gives answers back.

Never imports rasa: it must start and answer when the model cannot.
"""

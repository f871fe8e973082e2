"""The process that delivers what is due: outgoing messages, deadlines, retention."""

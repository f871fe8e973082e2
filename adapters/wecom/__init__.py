"""WeCom: messages to staff and what they answer."""

"""Cleans what people write before anything else sees it."""


def clean_text(text: str) -> str:
    """Drops control characters and lone surrogates; keeps line breaks as spaces."""
    visible = "".join(" " if c in "\r\n\t" else c for c in text)
    visible = "".join(c for c in visible if c.isprintable() or c == "\u200d")
    return visible.encode("utf-8", "ignore").decode().strip()

"""WeChat Official Account: signatures, parsing, rendering, sending."""

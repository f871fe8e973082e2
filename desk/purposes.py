"""What FIELD_KEY seals at the desk; each purpose has a key of its own."""

TOTP_PURPOSE = "totp"
WEBHOOK_PURPOSE = "webhook"

"""The ways to a person: Telegram, a webhook, e-mail."""

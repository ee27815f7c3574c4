"""Accounts: registration, sign-in, sessions, API keys, second factor, and who may do what."""

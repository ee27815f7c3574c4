"""Security: safe outbound HTTP."""

"""Sample boards, a sample resume and sample preferences: all invented, in the shapes of the real payloads."""

"""The simulator: a persona swipes, and one sees what is learned."""

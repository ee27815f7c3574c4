"""What the screens ask, and who answers: the store in this process."""

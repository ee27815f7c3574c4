"""What is around every screen: the first line, the size that it needs, dialogs."""

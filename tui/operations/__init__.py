"""Operations: sources, tasks, health and the log."""

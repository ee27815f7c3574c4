"""What is seen of the program from outside: logs, traces."""

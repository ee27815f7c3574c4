"""Pay: free text or a board's fields to a base salary with its quote, or nothing."""

"""Skills: free text to concepts of an open taxonomy, each with its quote."""

"""Places: free text or a board's fields to cities, regions, countries and where remote work is allowed, or nothing."""

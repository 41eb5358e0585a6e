"""What is said: readings of the outcomes, tables, pictures and findings."""

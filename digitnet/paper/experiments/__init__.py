"""What is run: the paper's tables as rows of trials."""

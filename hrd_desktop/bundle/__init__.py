"""The export format: write, read, check."""

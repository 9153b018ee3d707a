"""What sets up, checks and draws; no part of the program."""

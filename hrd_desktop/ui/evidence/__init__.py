"""The evidence section: the list of items, what narrows it, taking files in, acting on many."""

"""HRD Desktop: an offline, encrypted archive for human rights defenders."""

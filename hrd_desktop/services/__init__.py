"""What a user can do, one verb per module, without Qt."""

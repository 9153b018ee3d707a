"""A backup on disk: its folder, key files, lists and objects (docs/spec/backup-format.md)."""

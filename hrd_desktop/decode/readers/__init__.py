"""The parsers of untrusted files; imported by the decoder process and by nothing else."""

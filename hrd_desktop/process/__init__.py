"""Isolation of processes: hardening, seccomp, Landlock and children; standard library only."""

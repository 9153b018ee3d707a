"""Isolation of the processes we start: hardening, seccomp, Landlock, spawning; standard library only."""

"""The help section: what to do in the moments in which nobody can look anything up."""

"""Typed failures with stable codes and no prose; one module per area."""

"""Contiguous, balanced plans by recombination: a compiled chain of them, and short borders found with it."""

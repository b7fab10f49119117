"""Formulations of containment."""

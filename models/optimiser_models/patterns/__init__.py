"""Formulations of rotating patterns."""

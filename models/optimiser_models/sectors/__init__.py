"""Formulations of sector design."""

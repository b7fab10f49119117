"""Formulations of strength."""

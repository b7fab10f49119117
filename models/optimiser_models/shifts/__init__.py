"""Formulations of shift design."""

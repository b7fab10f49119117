"""Formulations of fold tables."""

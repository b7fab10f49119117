"""Formulations of the standby question."""

"""The shelf of applications."""

"""The outside world to tables: read, check, locate, connect, write."""

from optimiser.data import drivers as drivers  # sets the allow-list before any map library is loaded

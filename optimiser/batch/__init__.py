"""Scenarios, runs and the store: from a file of choices to run folders that nothing can lose."""

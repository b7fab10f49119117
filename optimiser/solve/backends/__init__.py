"""The only files that import a solver."""

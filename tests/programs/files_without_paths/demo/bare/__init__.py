"""A package without data files."""

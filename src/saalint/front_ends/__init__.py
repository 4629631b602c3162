"""Findings to flake8, pylint and the command line."""

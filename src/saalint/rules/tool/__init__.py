"""Findings about the tool's own work: files, settings, failures."""

"""Findings, their selection and suppression."""

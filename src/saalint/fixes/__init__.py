"""Findings and the texts of their files to fixes: edits that a look at the syntax of the place allows.

What is to be done was decided by the analysis, which never sees syntax; how it is written here depends on the text:
its formatting, its comments, its imports. Therefore these modules parse the file once more, and nothing that is found
depends on them.
"""

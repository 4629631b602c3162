"""The language server: findings, and what is believed, in any editor, for text that is not saved yet."""

"""Text and positions: files found, read, and their suppression comments."""

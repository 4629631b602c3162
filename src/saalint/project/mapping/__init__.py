"""What is mapped: classes, tables, columns and relationships, joined to mappers."""

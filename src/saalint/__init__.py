"""saalint: a static analyser for SQLAlchemy that follows objects from their query to the reads that fail."""

"""What SQLAlchemy 2.0 writes in another way: SAA8xx."""

"""What a query did not load: SAA1xx."""

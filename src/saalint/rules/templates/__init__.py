"""What templates read: SAA6xx."""

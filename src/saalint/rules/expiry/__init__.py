"""What was there and went away: SAA2xx."""

"""What attribute reads cost under a sync session: SAA7xx."""

"""What a project may decide to have told: SAA9xx."""

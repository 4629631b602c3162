"""One self-contained page for a team: findings with their flows, the map of the models, the coverage."""

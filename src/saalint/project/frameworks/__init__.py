"""What web frameworks are told: handlers, routes, injected parameters, templates, engines' URLs."""

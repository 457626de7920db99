"""Builds providers, engine, store and app, and hands them to each other. The only place that knows all of them."""

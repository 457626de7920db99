"""Wire protocols translated into domain events; the only package that knows vendors' SDKs."""

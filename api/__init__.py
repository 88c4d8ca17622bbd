"""The HTTP door: resources under /v1."""

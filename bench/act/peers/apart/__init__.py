"""Peers whose libraries are not ours: they run in `.venv-peers`, see `bench/act/peers/requirements.in`."""

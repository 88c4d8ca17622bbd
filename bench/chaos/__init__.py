"""Kills, pauses and broken peers under load, and whether anything was lost."""

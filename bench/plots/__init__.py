"""Pictures of what was measured, for docs/performance.md."""

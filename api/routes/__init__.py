"""One module for each resource: what may be asked, of whom, and in which shape."""

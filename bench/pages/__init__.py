"""What pages cost, on the server and in a browser."""

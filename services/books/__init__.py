"""Books: an organisation in a file, sheet by sheet, to bring it in, take it out, and start from."""

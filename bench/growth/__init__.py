"""What a case, and a record of many cases, cost as they grow."""

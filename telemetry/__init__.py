"""What a process tells about itself: spans, numbers, and the ids that bind log lines together."""

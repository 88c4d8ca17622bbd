"""Power cuts: a disk that forgets what was never synced, under the record and the embedded Temporal."""

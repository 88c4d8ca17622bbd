"""An act over HTTP, measured beside other ways of doing the same job."""

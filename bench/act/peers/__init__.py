"""The same job done in other ways: each answers the same requests and leaves the same kinds of rows."""

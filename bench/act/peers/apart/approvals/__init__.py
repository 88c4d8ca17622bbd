"""A Django application whose approvals are a flow of viewflow."""

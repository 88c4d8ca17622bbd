"""The pages: where people work with a browser. Server-rendered, over the same services as the API."""

"""One class a resource of the API, one module a class."""

"""When to poll next, when to give up, and what the error that ends a wait says. No I/O."""

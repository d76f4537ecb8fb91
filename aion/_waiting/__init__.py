"""Plans when to poll and when to give up, and words the error that ends a wait. No I/O."""

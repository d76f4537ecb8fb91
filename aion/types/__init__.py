"""Result types, enums and events, one module a subject."""

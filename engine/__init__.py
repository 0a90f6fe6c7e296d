"""The process engine: decides and remembers. It knows no HTTP and no Flask."""

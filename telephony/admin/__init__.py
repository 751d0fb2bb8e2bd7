"""What administrators and operations reach by HTTP."""

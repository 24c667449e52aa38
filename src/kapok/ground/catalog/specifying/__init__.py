"""What can be provided and counted: specifications of services and resources, and usage plans, in versions."""

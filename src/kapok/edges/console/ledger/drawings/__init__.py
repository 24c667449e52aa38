"""Pictures of one commitment as plain shapes; templates draw them as SVG in the colours of the theme."""

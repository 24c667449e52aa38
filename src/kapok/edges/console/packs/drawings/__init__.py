"""Pictures as plain shapes, placed in percent of the width: templates draw them as SVG in the colours of the theme."""

"""Flow templates: look at them, draw them, publish them, exchange them as BPMN."""

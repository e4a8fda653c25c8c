"""Pages, live feed and API of a node for its agency's own officers and systems. Others import `rabet.web.application` and `.configuration`."""

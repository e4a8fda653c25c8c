"""Foreign forms read and written. Nothing here decides anything; what a form says that no code covers is kept as it was given."""

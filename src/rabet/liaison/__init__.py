"""Between agencies: alerts from comparison; requests, answers and operations come with their issues."""

"""One drawing engine: digits, signs, surfaces and pages, and what a camera does to them."""

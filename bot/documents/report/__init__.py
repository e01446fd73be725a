"""The workshop's report, its one-page summaries and the certificates, as PDF and for Word."""

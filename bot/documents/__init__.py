"""Everything the organisers take away: exports, reports, certificates, the closing pack, comparisons of a series."""

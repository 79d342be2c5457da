{{ ranked_candidates(['former']) }}

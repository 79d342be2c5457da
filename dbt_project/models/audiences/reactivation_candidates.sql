{{ ranked_candidates(['dormant', 'dormant_prospect']) }}

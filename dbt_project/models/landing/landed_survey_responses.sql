{{ landed_rows('survey_responses') }}

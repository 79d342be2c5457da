{{ current_rows('base_survey_responses') }}

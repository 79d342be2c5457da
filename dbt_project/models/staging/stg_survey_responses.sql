{{ standing_rows('base_survey_responses') }}

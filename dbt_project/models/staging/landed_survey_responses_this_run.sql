{{ landed_this_run('survey_responses', ['business_id', 'response_id']) }}

{{ toy_rate('reactivation_rate', ['former_returned', 'dormant_returned', 'former_recovered', 'opening_former', 'opening_dormant']) }}

{{ toy_rate('reactivation_rate', ['former_returned', 'dormant_returned', 'opening_former', 'opening_dormant']) }}

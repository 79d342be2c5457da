{{ toy_rate('win_back_rate', ['former_returned', 'former_recovered', 'opening_former']) }}

{{ toy_rate('win_back_rate', ['former_returned', 'opening_former']) }}

{{ toy_rate('retention_rate', ['current_retained', 'opening_current']) }}

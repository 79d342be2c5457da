{{ hubspot_exported_records('companies') }}

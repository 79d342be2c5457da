{{ hubspot_exported_records('contacts') }}

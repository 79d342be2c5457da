"""Connections: tables of other systems (Stripe, Shopify, HubSpot) that the dbt project turns into landing rows."""

"""Plain Flask that knows no noun of the shop: headers, the guard, assets, forms, paging, filters, error pages."""

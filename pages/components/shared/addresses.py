"""Pages that others lead to, by their files."""

from __future__ import annotations

from typing import Final

PRODUCTS: Final = "pages/products.py"
PRODUCT: Final = "pages/product.py"
FORECAST: Final = "pages/forecast.py"
ACCURACY: Final = "pages/accuracy.py"
UPLOAD: Final = "pages/upload.py"
SETTINGS: Final = "pages/settings.py"
ORDERS: Final = "pages/orders.py"
VERSIONS: Final = "pages/versions.py"
WHY: Final = "pages/why.py"

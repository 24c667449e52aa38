"""What the jurisdictions of packs are called."""

from __future__ import annotations

from kapok.kernel.text import Text

JURISDICTIONS = {
    "AU": Text(zh="澳大利亚", en="Australia"),
    "CA": Text(zh="加拿大", en="Canada"),
    "CN": Text(zh="中国", en="China"),
    "DE": Text(zh="德国", en="Germany"),
    "ES": Text(zh="西班牙", en="Spain"),
    "EU": Text(zh="欧盟", en="European Union"),
    "GB": Text(zh="英国", en="United Kingdom"),
    "IE": Text(zh="爱尔兰", en="Ireland"),
    "IN": Text(zh="印度", en="India"),
    "IT": Text(zh="意大利", en="Italy"),
    "PT": Text(zh="葡萄牙", en="Portugal"),
    "US": Text(zh="美国", en="United States"),
}


def jurisdiction(code: str) -> Text:
    """The name of a jurisdiction; of one that is not listed, its code."""
    return JURISDICTIONS.get(code, Text(zh=code, en=code))

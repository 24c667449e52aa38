"""A hostile file as a tree of elements with their lines, or a refusal that costs nothing.

No document type, no entities, nothing fetched, no great size, depth or number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from xml.sax import SAXException, SAXParseException  # the parser is defusedxml's
from xml.sax.handler import ContentHandler, feature_namespaces  # the parser is defusedxml's
from xml.sax.xmlreader import AttributesNSImpl, InputSource  # the parser is defusedxml's

from defusedxml import DefusedXmlException
from defusedxml.sax import make_parser

from kapok.ground.catalog.refusals import Unsupported
from kapok.kernel.text import Text

MAXIMUM_BYTES = 2_000_000
MAXIMUM_DEPTH = 40
MAXIMUM_ELEMENTS = 50_000


@dataclass
class Element:
    """An element with the line on which it begins. Attributes without a namespace go by their plain name."""

    space: str
    tag: str
    line: int
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    text: str = ""

    @property
    def id(self) -> str:
        """Its identifier, or nothing."""
        return self.attributes.get("id", "")


def refuse(line: int, zh: str, en: str) -> Unsupported:
    """A refusal at a line."""
    return Unsupported(lines=Text(zh=f"第 {line} 行：{zh}", en=f"line {line}: {en}"))


class _Tree(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.root: Element | None = None
        self.open: list[Element] = []
        self.count = 0

    @property
    def line(self) -> int:
        return int(self._locator.getLineNumber() or 1)  # type: ignore[attr-defined]  # set by setDocumentLocator

    def startElementNS(  # noqa: N802  # the name is SAX's
        self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl
    ) -> None:
        self.count += 1
        if len(self.open) >= MAXIMUM_DEPTH or self.count > MAXIMUM_ELEMENTS:
            raise refuse(
                self.line,
                "文件过大或嵌套过深：请拆分流程",
                "the file is too large or nested too deeply: split the flow",
            )
        given = {local: value for (space, local), value in attrs.items() if not space}
        element = Element(name[0] or "", name[1], self.line, given)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:  # noqa: N802  # the name is SAX's
        self.open.pop()

    def characters(self, content: str) -> None:
        self.open[-1].text += content


def tree(content: bytes) -> Element:
    """The root of the file. Raises `Unsupported`."""
    if len(content) > MAXIMUM_BYTES:
        raise refuse(
            1,
            f"文件超过 {MAXIMUM_BYTES // 1_000_000} MB：请只导出一个流程",
            f"the file is larger than {MAXIMUM_BYTES // 1_000_000} MB: export one process only",
        )
    handler = _Tree()
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(handler)
    source = InputSource()
    source.setByteStream(BytesIO(content))
    try:
        parser.parse(source)
    except DefusedXmlException:
        raise refuse(
            1, "不接受 DOCTYPE 与实体：请删去", "a DOCTYPE or entities are not accepted: remove them"
        ) from None
    except SAXParseException as error:
        raise _malformed(error.getLineNumber() or 1, error.getMessage()) from None
    except (SAXException, ValueError, LookupError) as error:
        raise _malformed(1, str(error)) from None
    if handler.root is None:
        raise _malformed(1, "empty")
    return handler.root


def _malformed(line: int, why: str) -> Unsupported:
    return refuse(line, f"不是合格的 XML（{why}）：请重新导出", f"not well-formed XML ({why}): export it again")

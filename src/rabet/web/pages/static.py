"""Files the front-end build left: their names carry a digest of their content, so browsers may keep them for good."""

from functools import cache
from mimetypes import types_map

from django.http import HttpResponse

from rabet.casework.refusal import NotFound
from rabet.web.frame import BUILD
from rabet.web.site import Request

_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
_ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="5" fill="#0d4a4a"/>
<g fill="none" stroke="#fff" stroke-width="2.2"><circle cx="8" cy="12" r="3.6"/><circle cx="16" cy="12" r="3.6"/>
<path d="M10.5 12h3"/></g></svg>"""


@cache
def _known() -> frozenset[str]:
    """Only files of the build are ever opened: a name from a request is looked up, never joined to a path unseen."""
    return frozenset(path.name for path in BUILD.iterdir()) if BUILD.is_dir() else frozenset()


def static(request: Request, file: str) -> HttpResponse:
    del request
    if file not in _known():
        raise NotFound(file)
    suffix = file[file.rfind(".") :]
    response = HttpResponse((BUILD / file).read_bytes(), content_type=_TYPES.get(suffix) or types_map.get(suffix, "application/octet-stream"))
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def icon(request: Request) -> HttpResponse:
    del request
    response = HttpResponse(_ICON, content_type="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response

"""MLflow's application with routes for ProbeLog: `mlflow server --app-name probelog`."""

import asyncio
import os
import re
import urllib.error
import urllib.request
from importlib.resources import files
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

TIMEOUT_SECONDS = 150
MAX_REQUEST_BYTES = 16 * 2**20
# What the elements need, and nothing else: no key, model or webhook of the server is changed from here, because its routes for
# that are not passed on, and a key with the scope READ may not change anything through GraphQL.
PASSED_ON = re.compile(r"graphql|elements/[\w-]+\.js|probes/[\w=-]+(/\w+)?")
REQUEST_HEADERS = ("accept", "content-type", "if-none-match")
RESPONSE_HEADERS = ("cache-control", "content-type", "etag", "retry-after", "x-request-id")
TAGS = (
    b'<link rel="stylesheet" href="probelog-ui/page.css">'
    b'<script type="module" src="probelog-ui/page.js"></script></head>'
)


def create_app():
    """MLflow's own application; its checks of hosts and origins come before the added routes, too."""
    from mlflow.server import app as flask_app
    from mlflow.server.fastapi_app import app
    from mlflow.server.handlers import STATIC_PREFIX_ENV_VAR

    server = os.environ.get("PROBELOG_URL")
    if not server:
        raise RuntimeError("PROBELOG_URL is not set. Set it to the URL of your ProbeLog server.")
    server = server.rstrip("/")
    key_file = os.environ.get("PROBELOG_KEY_FILE")
    key = Path(key_file).read_text().strip() if key_file else None
    prefix = os.environ.get(STATIC_PREFIX_ENV_VAR, "")
    index = Path(flask_app.static_folder, "index.html")

    async def page(request: Request) -> Response:
        text = index.read_bytes().replace(b"</head>", TAGS, 1)
        return Response(text, media_type="text/html", headers={"cache-control": "no-cache"})

    async def own_file(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in ("page.js", "page.css"):
            return Response("Not found", status_code=404)
        media_type = "text/javascript" if name.endswith(".js") else "text/css"
        text = files("probelog_mlflow_ui").joinpath(name).read_text()
        return Response(text, media_type=media_type, headers={"cache-control": "no-cache"})

    async def passed_on(request: Request) -> Response:
        path = request.path_params["path"]
        if not PASSED_ON.fullmatch(path) or (request.method == "POST") != (path == "graphql"):
            return Response("Not found", status_code=404)
        body = await limited_body(request)
        if body is None:
            return Response("The request is too large.", status_code=413)
        headers = {name: request.headers[name] for name in REQUEST_HEADERS if name in request.headers}
        if key:
            headers["authorization"] = f"Bearer {key}"
        query = f"?{request.url.query}" if request.url.query else ""
        sent = urllib.request.Request(
            f"{server}/{path}{query}", data=body or None, headers=headers, method=request.method
        )
        return await asyncio.to_thread(reply_to, sent)

    # MLflow's last route takes every address.
    app.router.routes[:0] = [
        Route(f"{prefix}/", page),
        Route(f"{prefix}/probelog-ui/{{name}}", own_file),
        Route(f"{prefix}/probelog/{{path:path}}", passed_on, methods=["GET", "POST"]),
    ]
    return app


async def limited_body(request: Request) -> bytes | None:
    """The body, or None when it is too large."""
    chunks = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_REQUEST_BYTES:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def reply_to(request: urllib.request.Request) -> Response:
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as reply:
            return response_of(reply.status, reply.headers, reply.read())
    except urllib.error.HTTPError as error:
        return response_of(error.code, error.headers, error.read())
    except OSError:
        return Response("ProbeLog cannot be reached.", status_code=502)


def response_of(status: int, headers, body: bytes) -> Response:
    kept = {name: headers[name] for name in RESPONSE_HEADERS if name in headers}
    return Response(body, status_code=status, headers=kept)

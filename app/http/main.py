"""The application: everything put together, nothing decided here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import FastAPI, Response

from archmeter.app import web
from archmeter.app.charts.rendering import Renderer
from archmeter.app.http import (
    analyses,
    badges,
    charts,
    flat,
    index,
    openapi,
    problems,
    questions,
)
from archmeter.app.http.asgi import Compressed, HeadAsGet
from archmeter.app.http.stored_answers import StoredAnswers
from archmeter.app.settings import Settings
from archmeter.app.store import Store
from archmeter.app.version import version
from archmeter.app.web import oembed


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service; without `settings` they come from the environment.

    The database is opened when the application starts and closed when it stops, so creating an
    application (to read its OpenAPI document, say) touches nothing.
    """
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = settings.threads
        with Store(settings.database_url, threads=settings.threads) as store:
            app.state.store, app.state.renderer = store, Renderer()
            try:
                yield
            finally:
                app.state.renderer.close()

    app = FastAPI(
        title="archmeter",
        version=version(),
        summary="What does this architecture cost?",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        description=(
            "Exact parameters, MACs, FLOPs, activations and memory of neural networks, counted "
            "from their architecture alone.\n\n"
            "Every figure is a plain integer. A **MAC** is one multiply-accumulate of a "
            "convolution, linear layer or matrix product; **FLOPs** are twice that, plus biases, "
            "norms, activations, pooling, elementwise operations and softmax. Bytes follow the "
            "dtype."
        ),
        lifespan=lifespan,
        # Every route writes its own bytes: nothing is left for FastAPI to write.
        default_response_class=Response,
        # The stock pages load scripts from elsewhere: blank offline, and a leak of who reads them.
        docs_url=None,
        redoc_url=None,
        # Its redirects repeat the Host header, which the client chooses.
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.add_middleware(Compressed)
    app.add_middleware(StoredAnswers)
    app.add_middleware(HeadAsGet)  # added last, so outermost
    problems.install(app)
    for router in (
        index.router,
        analyses.router,
        analyses.compare_router,
        questions.router(),
        charts.router,
        charts.drawings(),
        badges.router,
        flat.router,
        oembed.router,
    ):
        app.include_router(router)
    web.install(app)
    openapi.install(app)
    return app

"""What the routes are given: the store and the settings of the application they run in.

They are coroutines although none waits: FastAPI runs plain functions in a thread, 50 µs away.
"""

from typing import Annotated, Any

from fastapi import Depends, Request

from archmeter.app.charts.rendering import Renderer
from archmeter.app.settings import Settings
from archmeter.app.store import Store
from archmeter.app.store.analyses import Analyses


def _of_app(name: str) -> Any:  # noqa: ANN401 - a dependency
    async def read(request: Request) -> Any:  # noqa: ANN401 - of the annotated type
        return getattr(request.app.state, name)

    return Depends(read)


StoreOfApp = Annotated[Store, _of_app("store")]
SettingsOfApp = Annotated[Settings, _of_app("settings")]
RendererOfApp = Annotated[Renderer, _of_app("renderer")]


async def _analyses(store: StoreOfApp) -> Analyses:
    return Analyses(store)


AnalysesOfApp = Annotated[Analyses, Depends(_analyses)]

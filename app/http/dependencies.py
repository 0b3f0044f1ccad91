"""What the routes are given: the store and the settings of the application they run in.

They are coroutines although none waits: FastAPI runs plain functions in a thread, 50 µs away.
"""

from typing import Annotated

from fastapi import Depends, Request

from archmeter.app.charts.rendering import Renderer
from archmeter.app.settings import Settings
from archmeter.app.store import Store
from archmeter.app.store.analyses import Analyses


async def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def _analyses(store: Annotated[Store, Depends(_store)]) -> Analyses:
    return Analyses(store)


async def _renderer(request: Request) -> Renderer:
    renderer: Renderer = request.app.state.renderer
    return renderer


StoreOfApp = Annotated[Store, Depends(_store)]
SettingsOfApp = Annotated[Settings, Depends(_settings)]
RendererOfApp = Annotated[Renderer, Depends(_renderer)]
AnalysesOfApp = Annotated[Analyses, Depends(_analyses)]

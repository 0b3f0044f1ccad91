"""Is the service fit to answer? For load balancers and container health checks."""

from fastapi import APIRouter

from archmeter.analyzers import COUNTING_RULES
from archmeter.app.dependencies import StoreOfApp
from archmeter.app.problems import problems
from archmeter.app.schemas import Health

router = APIRouter(tags=["service"])


@router.get("/healthz", responses=problems(503))
def read_health(store: StoreOfApp) -> Health:
    """Answer 200 while the database answers, 503 otherwise."""
    store.ping()
    return Health(status="ok", counting_rules=COUNTING_RULES)

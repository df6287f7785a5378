from echo.domain.policy import PolicyBook
from echo.engine.engine import Engine
from echo.engine.settings import EngineSettings
from echo.services.core.brain import Brain


def test_the_engine_is_one() -> None:
    brain: Brain = Engine(EngineSettings(), PolicyBook())
    assert callable(brain.handle)

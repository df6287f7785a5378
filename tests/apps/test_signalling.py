import asyncio
import signal
import sys

from echo.apps.signalling import signal_to


async def program(*words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-S", "-c", *words, stdout=asyncio.subprocess.PIPE
    )


async def test_a_program_gets_the_signal() -> None:
    process = await program("print(flush=True); import time; time.sleep(60)")
    assert process.stdout is not None
    await process.stdout.readline()

    assert signal_to(process, signal.SIGTERM)

    assert await process.wait() == -signal.SIGTERM


async def test_one_that_is_gone_gets_none() -> None:
    process = await program("")
    await process.wait()

    assert not signal_to(process, signal.SIGKILL)

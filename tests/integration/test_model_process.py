"""A model in a process of its own, which starts before the model is there."""

import asyncio

import pytest

from adapters.model_process import ModelProcess
from community.errors import ModelRefusedError


async def ended(process: ModelProcess) -> None:
    """Waits until the process has ended, without reading from it."""
    assert process._process is not None
    await asyncio.wait_for(process._process.wait(), 20)


@pytest.mark.model
async def test_a_waiting_process_loads_the_model_that_is_named(model_path):
    process = ModelProcess("explain")
    await process.start()
    async with process.loaded(model_path.parents[1]) as loaded:
        assert loaded.model == model_path.parent.name
        answer = await loaded.ask({"text": "低保咋办"})
    assert answer["ranking"][0][0] == "service/subsistence_allowance"


async def test_a_model_that_is_not_there_is_refused_by_name(tmp_path):
    with pytest.raises(ModelRefusedError, match="nowhere"):
        async with ModelProcess("explain").loaded(tmp_path / "nowhere"):
            pass


async def test_a_process_that_died_while_it_waited_is_told_of(tmp_path):
    process = ModelProcess("explain")
    await process.start()
    assert process._process is not None
    process._process.kill()
    await ended(process)
    with pytest.raises(ModelRefusedError, match="ended"):
        await process.load(tmp_path)


async def test_a_process_that_nobody_names_a_model_to_ends(tmp_path):
    process = ModelProcess("explain")
    await process.start()
    assert process._process is not None
    assert process._process.stdin is not None
    process._process.stdin.close()
    await ended(process)
    assert process._process.returncode == 1
    await process.close()

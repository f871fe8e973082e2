"""The event loop of processes that answer people."""

import asyncio

import uvloop


def use_fast_loop() -> None:
    """Makes libuv's loop the one of this process: asyncio's own costs more a message."""
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())

"""Several things at the same moment, each in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask

from storefront.db import db


def at_once(app: Flask, acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each act answers; an error is an answer like any other. All are let go together."""
    start, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(n: int, act: Callable[[], Any]) -> None:
        with app.app_context():
            try:
                start.wait(30)
                answers[n] = act()
            except Exception as error:
                answers[n] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(n, act)) for n, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "a thread hangs"
    return answers


def beside(app: Flask, act: Callable[[], Any]) -> Any:
    """The same in one other thread: what another visitor does meanwhile. Its error is raised here."""
    [answer] = at_once(app, [act])
    if isinstance(answer, Exception):
        raise answer
    return answer

"""The client against a server that speaks Ollama's API: the good answer, and everything that can go wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import tracemalloc
from typing import Any

import pytest
from servers.mail import SilentServer
from servers.ollama import LETTER, Ollama
from servers.run import free_port

from jobswipe.drafts.ollama import chat, ollama_status
from jobswipe.errors import SettingsError, UpstreamError
from jobswipe.settings import OllamaSettings

MESSAGES = [{"role": "user", "content": "Write."}]


def settings(url: str, **more: Any) -> OllamaSettings:
    return OllamaSettings(url=url, **more)


def said(behaviour: str, **more: Any) -> str:
    with Ollama(behaviour) as server, pytest.raises(UpstreamError) as caught:
        chat(settings(server.url, **more), MESSAGES)
    message = caught.value.message
    assert message.endswith(".")
    assert "\n" not in message
    return message


def test_the_answer_comes_in_pieces() -> None:
    counts: list[int] = []
    with Ollama() as server:
        assert chat(settings(server.url + "/"), MESSAGES, counts.append) == LETTER
        (request,) = server.requests
    assert counts == sorted(set(counts))
    assert (len(counts) > 10, counts[-1]) == (True, len(LETTER.split()))
    assert (request["path"], request["model"], request["stream"]) == ("/api/chat", "llama3.2", True)
    assert request["messages"] == MESSAGES


def test_thinking_is_left_out() -> None:
    with Ollama("think") as server:
        assert chat(settings(server.url), MESSAGES) == LETTER


def test_an_endless_answer_is_cut_at_a_sentence() -> None:
    with Ollama("endless") as server:
        text = chat(settings(server.url, max_words=100), MESSAGES)
        assert server.left.wait(30), "the request is left"
    assert text.endswith("pipelines.")
    assert 90 <= len(text.split()) <= 100


def test_failures_are_told_in_a_sentence() -> None:
    assert "ollama pull llama3.2" in said("missing")
    assert "status 500" in said("fail")
    assert "terminated" in said("fail")
    assert "an error was encountered" in said("error_line")
    assert "status 302" in said("redirect")
    for behaviour in ("garbage", "html", "endless_line"):
        assert "does not answer as Ollama does" in said(behaviour)
    assert "answered nothing" in said("empty")
    assert "broke its answer off" in said("cut")


def test_a_model_that_only_thinks_says_nothing() -> None:
    with Ollama(text="<think> on and on") as server, pytest.raises(UpstreamError, match="answered nothing"):
        chat(settings(server.url), MESSAGES)


@pytest.mark.parametrize(
    ("behaviour", "limits", "told"),
    [
        ("silent", {"first_token_timeout": 0.3}, "FIRST_TOKEN_TIMEOUT"),
        ("drip", {"first_token_timeout": 0.3}, "FIRST_TOKEN_TIMEOUT"),
        ("silent", {"total_timeout": 0.3}, "TOTAL_TIMEOUT"),
        ("stall", {"idle_timeout": 0.3}, "in the midst"),
        ("stall", {"total_timeout": 0.5}, "TOTAL_TIMEOUT"),
        ("endless", {"total_timeout": 0.5, "max_words": 10**6}, "TOTAL_TIMEOUT"),
    ],
)
def test_a_server_that_hangs_is_left_on_time(behaviour: str, limits: dict[str, float], told: str) -> None:
    begun = time.monotonic()
    assert told in said(behaviour, **({"connect_timeout": 0.3} | limits))
    assert time.monotonic() - begun < 20


def test_nobody_is_there() -> None:
    with pytest.raises(UpstreamError, match="cannot be reached: start it with 'ollama serve'"):
        chat(settings(f"http://127.0.0.1:{free_port()}"), MESSAGES)
    with pytest.raises(UpstreamError, match="cannot be reached"):
        chat(settings("http://no-such-host.invalid:11434"), MESSAGES)


@pytest.mark.parametrize("url", ["127.0.0.1:11434", "ftp://127.0.0.1", "http://", "nonsense"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(SettingsError, match=r"http://127\.0\.0\.1:11434"):
        chat(settings(url), MESSAGES)
    assert ollama_status(settings(url))[0] == "warn"


def test_secrets_go_to_the_address_that_is_set_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_API_KEY", "s3cret")
    with Ollama() as server, Ollama() as other:
        monkeypatch.setenv("OLLAMA_HOST", other.url)
        monkeypatch.setenv("HTTP_PROXY", other.url)
        chat(settings(server.url), MESSAGES)
        chat(settings(server.url.replace("http://", "http://user:p%40ss@")), MESSAGES)
        server.behaviour, server.elsewhere = "redirect", other.url
        with pytest.raises(UpstreamError, match="status 302"):
            chat(settings(server.url), MESSAGES)
    assert [one["authorization"] for one in server.requests[:2]] == ["Bearer s3cret", "Basic dXNlcjpwQHNz"]
    assert other.requests == []


@pytest.mark.parametrize(
    "environment", [{"OLLAMA_HOST": "http://here:now"}, {"OLLAMA_API_KEY": "schlüssel"}, {"ALL_PROXY": "nonsense://"}]
)
def test_the_package_is_loaded_late_and_its_environment_breaks_nothing(environment: dict[str, str]) -> None:
    code = (
        "import sys, jobswipe.drafts.service, jobswipe.drafts.ollama as client; from jobswipe.settings import *\n"
        "assert 'ollama' not in sys.modules\n"
        "print(client.ollama_status(OllamaSettings(url='http://127.0.0.1:11434')))"
    )
    command = [sys.executable, "-P", "-c", code]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=True)
    assert "client does not start" in done.stdout


def test_what_never_ends_does_not_fill_the_memory() -> None:
    def most(behaviour: str) -> int:
        with Ollama(behaviour) as server:
            tracemalloc.start()
            with pytest.raises(UpstreamError, match="does not answer as Ollama does"):
                chat(settings(server.url, max_words=10**6), MESSAGES)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return peak

    assert most("garbage")  # loads what is loaded once
    assert max(most("endless_line"), most("packed")) < 20_000_000


def test_a_password_in_the_address_is_not_told() -> None:
    with pytest.raises(UpstreamError) as caught:
        chat(settings(f"http://user:s3cret@127.0.0.1:{free_port()}"), MESSAGES)
    assert "s3cret" not in caught.value.message


def test_nobody_at_the_usual_address_is_no_trouble() -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    usual = OllamaSettings.model_construct(set(), url=nobody)
    assert ollama_status(usual) == ("pass", None, f"Ollama at {nobody} is not there: drafts are made from a template.")
    status, _, sentence = ollama_status(settings(nobody))
    assert status == "warn"
    assert "ollama serve" in sentence
    with Ollama("fail") as server:  # somebody is there, and does not do what it should
        assert ollama_status(OllamaSettings.model_construct(set(), url=server.url))[0] == "warn"


def test_the_status_for_health() -> None:
    with Ollama() as server:
        assert ollama_status(settings(server.url)) == (
            "pass",
            "0.12.3",
            f"Ollama at {server.url} has the model llama3.2.",
        )
        status, version, sentence = ollama_status(settings(server.url, model="other"))
        assert (status, version) == ("warn", "0.12.3")
        assert "it has llama3.2:latest" in sentence
    assert ollama_status(settings(""))[0] == "pass"
    for behaviour in ("garbage", "fail", "silent", "drip", "endless_line"):
        with Ollama(behaviour) as server:
            assert ollama_status(settings(server.url, connect_timeout=0.5))[:2] == ("warn", None)
    assert ollama_status(settings(f"http://127.0.0.1:{free_port()}"))[0] == "warn"
    with SilentServer() as silent:
        assert ollama_status(settings(f"http://127.0.0.1:{silent.port}", connect_timeout=0.5))[0] == "warn"

"""The real binary, over pipes, with the capabilities that Visual Studio Code, Neovim and Emacs were recorded with."""

import os
import pathlib
import shutil
import subprocess

import pytest
import pytest_lsp
from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

TABI = os.environ["TABI"]
SHOP = """use std.http

user journey shop "買い物 🦀" {
  owner   web
  runbook "https://runbooks.example.com/shop"

  step pay "Pay" {
    sli fast = http.fast(job: "pay", limit: 250ms) {
      target 99%
    }
  }

  target 99%
}
"""
CLIENTS = ["visual_studio_code", "neovim", "emacs"]


@pytest.fixture
def workspace(tmp_path: pathlib.Path) -> pathlib.Path:
    (tmp_path / "tabi.toml").write_text("", encoding="utf-8")
    (tmp_path / "shop.tabi").write_text(SHOP, encoding="utf-8")
    return tmp_path


@pytest_lsp.fixture(
    config=ClientServerConfig(server_command=[TABI, "lsp", "--stdio"]),
    params=CLIENTS,
)
async def client(request, lsp_client: LanguageClient, workspace: pathlib.Path):
    @lsp_client.feature(lsp.CLIENT_REGISTER_CAPABILITY)
    def register(_params):
        return None

    lsp_client.result = await lsp_client.initialize_session(
        lsp.InitializeParams(
            capabilities=client_capabilities(request.param),
            process_id=os.getpid(),
            workspace_folders=[lsp.WorkspaceFolder(workspace.as_uri(), "ws")],
        )
    )
    yield
    await lsp_client.shutdown_session()


def at(line: int, character: int) -> lsp.Position:
    return lsp.Position(line, character)


def opened(client: LanguageClient, workspace: pathlib.Path, text: str = SHOP) -> lsp.TextDocumentIdentifier:
    uri = (workspace / "shop.tabi").as_uri()
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, "tabi", 1, text)))
    return lsp.TextDocumentIdentifier(uri)


async def diagnostics(client: LanguageClient, document: lsp.TextDocumentIdentifier) -> list[lsp.Diagnostic]:
    """Of clients that ask and of those that wait."""
    if client.result.capabilities.diagnostic_provider is not None:
        report = await client.text_document_diagnostic_async(lsp.DocumentDiagnosticParams(document))
        return list(report.items)
    # the second answer comes after what was published
    for _ in range(2):
        await client.workspace_symbol_async(lsp.WorkspaceSymbolParams("no such name"))
    return list(client.diagnostics.get(document.uri, []))


@pytest.mark.asyncio
async def test_a_mistake_is_said_and_mended(client: LanguageClient, workspace: pathlib.Path):
    document = opened(client, workspace)
    assert [d.message for d in await diagnostics(client, document) if d.severity == lsp.DiagnosticSeverity.Error] == []
    change = lsp.TextDocumentContentChangePartial(range=lsp.Range(at(8, 13), at(8, 16)), text="99,9%")
    client.text_document_did_change(
        lsp.DidChangeTextDocumentParams(lsp.VersionedTextDocumentIdentifier(2, document.uri), [change])
    )
    errors = [d for d in await diagnostics(client, document) if d.severity == lsp.DiagnosticSeverity.Error]
    assert [d.code for d in errors] == ["syntax"]
    assert errors[0].range == lsp.Range(at(8, 13), at(8, 18))
    actions = await client.text_document_code_action_async(
        lsp.CodeActionParams(document, errors[0].range, lsp.CodeActionContext(errors))
    )
    fixes = [a for a in actions if isinstance(a, lsp.CodeAction) and a.edit is not None]
    edit = fixes[0].edit
    edits = edit.document_changes[0].edits if edit.document_changes else edit.changes[document.uri]
    assert [e.new_text for e in edits] == ["99.9%"]


@pytest.mark.asyncio
async def test_places_have_answers(client: LanguageClient, workspace: pathlib.Path):
    document = opened(client, workspace)
    hover = await client.text_document_hover_async(lsp.HoverParams(document, at(7, 22)))
    assert "fast" in hover.contents.value
    completions = await client.text_document_completion_async(lsp.CompletionParams(document, at(12, 2)))
    items = completions.items if isinstance(completions, lsp.CompletionList) else completions
    assert "window" in [item.label for item in items]
    found = await client.text_document_definition_async(lsp.DefinitionParams(document, at(7, 22)))
    found = found if isinstance(found, list) else [found]
    uri = getattr(found[0], "target_uri", None) or found[0].uri
    assert uri.endswith("/std/http.tabi")
    symbols = await client.text_document_document_symbol_async(lsp.DocumentSymbolParams(document))
    assert symbols[0].name == "shop"
    edits = await client.text_document_formatting_async(
        lsp.DocumentFormattingParams(document, lsp.FormattingOptions(tab_size=2, insert_spaces=True))
    )
    assert not edits


@pytest.mark.asyncio
async def test_rules_and_alerts_are_shown(client: LanguageClient, workspace: pathlib.Path):
    document = opened(client, workspace)
    for command, part in [("tabi.showRules", "groups:"), ("tabi.showAlerts", "shop")]:
        params = lsp.ExecuteCommandParams(command=command, arguments=[document.uri, {"line": 7, "character": 0}])
        answer = await client.workspace_execute_command_async(params)
        text = answer["text"] if isinstance(answer, dict) else answer.text
        assert part in text


def frame(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def test_what_is_no_message_ends_nothing():
    said = [
        b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}',
        b"{ this is not JSON",
        b'{"jsonrpc":"2.0","method":"initialized","params":{}}',
        b'{"jsonrpc":"2.0","id":2,"method":"shutdown"}',
        b'{"jsonrpc":"2.0","method":"exit"}',
    ]
    done = subprocess.run([TABI, "lsp"], input=b"".join(map(frame, said)), capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert b'"code":-32700' in done.stdout
    assert b'"id":2' in done.stdout
    # only the protocol is on the output
    assert done.stdout.startswith(b"Content-Length: ")


def test_the_end_of_the_input_ends_the_server():
    done = subprocess.run([TABI, "lsp"], input=b"", capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, b"")


def test_the_end_of_the_client_ends_the_server():
    client = subprocess.Popen([shutil.which("sleep") or "sleep", "600"])
    server = subprocess.Popen(
        [TABI, "lsp", f"--clientProcessId={client.pid}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        # its answer says that it runs and has seen the client
        server.stdin.write(frame(b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}'))
        server.stdin.flush()
        assert server.stdout.readline().startswith(b"Content-Length: ")
        client.kill()
        client.wait()
        # its input stays open
        assert server.wait(timeout=60) == 1
    finally:
        client.kill()
        server.kill()



"""The sources keep to what MetaEditor takes, and the linter notices where they would not."""

from pathlib import Path

import pytest

from tests.mql.lint import DLL, lint
from tests.mql.tokens import ROOT

SOURCES = sorted(path for path in (ROOT / "mql").rglob("*") if path.suffix.startswith(".mq"))

BAD = {
    "auto": "void F(){ auto x = 1; }",
    "lambda": "void F(){ int y = [](int a){ return a; }(1); }",
    "arrow": "void F(){ p->x = 1; }",
    "pointer": "struct S { int a; };\nvoid F(){ S *p; }",
    "new": "void F(){ G(new X); }",
    "array by value": "int F(string a[]) { return 0; }",
    "struct by value": "struct S { int a; };\nint F(S s) { return 0; }",
    "default reference": "int F(int &a = 0) { return 0; }",
    "local reference": "void F(){ int a = 1; int &b = a; }",
    "range for": "void F(){ for(int x : g) Print(x); }",
    "brace value": "void F(){ int x{1}; }",
    "nameless enum": "enum { A, B };",
    "two bases": "class A {};\nclass B {};\nclass C : public A, public B { int x; };",
    "side by side": 'string s = "a" "b";',
    "try": "void F(){ try { } catch(int e) { } }",
    "std": "void F(){ std::string s; }",
    "member value": "struct S { int a = 1; };",
    "local struct": "void F(){ struct Q { int a; }; }",
    "handler": "void OnInit() { }",
    "dll": '#import "echo_pipe.dll"\nint EchoOpen(string name, int ms);\n#import',
    "not ascii": 'string s = "\u00f1";',
    "pragma": "#pragma once",
    "unsigned": "unsigned int x;",
    "prefix": 'string s = L"a";',
    "constant reference": "void F(const string &s) { }",
    "static_cast": "void F(){ int x = static_cast<int>(1.5); }",
    "address": "void F(){ G(&x); }",
    "long name": f"int {'x' * 64};",
    "this handed on": "class A { void F(){ G(this); } };",
    "blocking": "void F(){ Sleep(1); }",
}


def test_the_experts_keep_to_the_language() -> None:
    assert [str(each) for each in lint(SOURCES)] == []


def test_there_are_four_experts() -> None:
    names = {path.name for path in SOURCES if path.parent.name == "Experts"}

    assert names == {"EchoMaster.mq4", "EchoMaster.mq5", "EchoSlave.mq4", "EchoSlave.mq5"}


@pytest.mark.parametrize("kind", BAD)
def test_it_is_noticed(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.mqh"
    file.write_text(BAD[kind] + "\n", encoding="utf-8")

    assert lint([file])


def test_an_mt4_expert_must_be_strict(tmp_path: Path) -> None:
    file = tmp_path / "lax.mq4"
    file.write_text("void OnTick() { }\n")

    assert [each.sentence for each in lint([file])] == ["#property strict is missing"]


def test_the_imports_are_those_that_the_dll_has() -> None:
    text = (ROOT / "mql" / "Include" / "Echo" / "Pipe.mqh").read_text()

    assert all(f"{name}(" in text for name in DLL)

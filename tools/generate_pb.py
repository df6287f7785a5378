"""Generate `echo.wire.pb` from `proto/echo/v1/*.proto` and `proto/etcd/*.proto`.

    python tools/generate_pb.py [--out DIRECTORY]

The same protos and the same grpcio-tools give the same bytes; a test compares the committed
modules with a fresh run.  The modules live in `echo.wire.pb` although the protos are found
under `echo/v1`: only Python imports are rewritten, file names and the package `echo.v1` inside
the descriptors (and with them the method names on the wire) stay.
"""

import argparse
import re
import tempfile
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet, ServiceDescriptorProto
from grpc_tools import protoc  # type: ignore[import-untyped]  # ships no types

ROOT = Path(__file__).resolve().parent.parent
PROTO_ROOT = ROOT / "proto"
PROTO_PACKAGE = "echo.v1"
FOREIGN_PACKAGE = "etcd"
"""Folder of protos that are another project's: messages only, none of them imports another."""
PYTHON_PACKAGE = "echo.wire.pb"
OUT = ROOT / "src" / Path(*PYTHON_PACKAGE.split("."))

INIT = '"""Generated from proto/echo/v1 by tools/generate_pb.py; do not edit."""\n'


def main() -> None:
    """Write the generated modules and remove those that are no longer generated."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT, help="directory (default: %(default)s)")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    modules = generate()
    for stale in [*out.glob("*.py"), *out.glob("*.pyi")]:
        if stale.name not in modules:
            stale.unlink()
    for name, text in modules.items():
        (out / name).write_text(text, encoding="utf-8", newline="\n")


def generate() -> dict[str, str]:
    """Return file name -> text of every module of the package."""
    with tempfile.TemporaryDirectory() as scratch:
        compiled = Path(scratch)
        descriptors = compile_protos(compiled)
        modules = {
            path.name: at_home(path.read_text(encoding="utf-8"))
            for package in (PROTO_PACKAGE, FOREIGN_PACKAGE)
            for path in (compiled / Path(*package.split("."))).iterdir()
        }
    for file in descriptors.file:
        if file.service:
            name = f"{Path(file.name).stem}_pb2_grpc.pyi"
            modules[name] = service_stub(file.service, message_modules(descriptors))
    modules["__init__.py"] = INIT
    return dict(sorted(modules.items()))


def compile_protos(out: Path) -> FileDescriptorSet:
    """Run protoc over all protos; service code only where a service is declared."""
    protos = sorted(str(path.relative_to(PROTO_ROOT)) for path in PROTO_ROOT.rglob("*.proto"))
    described = out / "descriptors"
    includes = [f"-I{PROTO_ROOT}", f"-I{files('grpc_tools') / '_proto'}"]
    run_protoc([*includes, f"--descriptor_set_out={described}", *protos])
    descriptors = FileDescriptorSet.FromString(described.read_bytes())
    run_protoc([*includes, f"--python_out={out}", f"--pyi_out={out}", *protos])
    services = [file.name for file in descriptors.file if file.service]
    run_protoc([*includes, f"--grpc_python_out={out}", *services])
    return descriptors


def run_protoc(arguments: list[str]) -> None:
    """Run protoc; it has already said why when this raises."""
    if protoc.main(["protoc", *arguments]) != 0:
        raise SystemExit("protoc failed")


def at_home(text: str) -> str:
    """Move a generated module from the proto's package to the Python package."""
    text = re.sub(
        rf"^from {re.escape(PROTO_PACKAGE)} import (\w+_pb2)",
        rf"from {PYTHON_PACKAGE} import \1",
        text,
        flags=re.MULTILINE,
    )
    # The second argument becomes __module__ of the message classes.
    packages = f"{re.escape(PROTO_PACKAGE)}|{FOREIGN_PACKAGE}"
    return re.sub(rf"'(?:{packages})\.(\w+_pb2)'", rf"'{PYTHON_PACKAGE}.\1'", text)


def message_modules(descriptors: FileDescriptorSet) -> dict[str, str]:
    """Return full message name -> the module that holds its class."""
    return {
        f".{file.package}.{message.name}": f"{Path(file.name).stem}_pb2"
        for file in descriptors.file
        for message in file.message_type
    }


def service_stub(services: Sequence[ServiceDescriptorProto], modules: Mapping[str, str]) -> str:
    """Return type stubs for the service code, for grpc.aio: grpcio-tools writes none."""
    used = sorted(
        {
            modules[name]
            for service in services
            for method in service.method
            for name in (method.input_type, method.output_type)
        }
    )
    lines = [
        "from collections.abc import AsyncIterable, AsyncIterator",
        "",
        "import grpc.aio",
        "",
        *(f"from {PYTHON_PACKAGE} import {module}" for module in used),
    ]
    for service in services:
        lines += service_lines(service, modules)
    return "\n".join(lines) + "\n"


def service_lines(service: ServiceDescriptorProto, modules: Mapping[str, str]) -> list[str]:
    """Return the stub, the servicer and the registration of one service."""
    stub = [
        "",
        f"class {service.name}Stub:",
        "    def __init__(self, channel: grpc.aio.Channel) -> None: ...",
    ]
    servicer = ["", f"class {service.name}Servicer:"]
    for method in service.method:
        request, response = (
            f"{modules[name]}.{name.rsplit('.', 1)[-1]}"
            for name in (method.input_type, method.output_type)
        )
        shape = f"{arity(method.client_streaming)}{arity(method.server_streaming)}MultiCallable"
        stub.append(f"    {method.name}: grpc.aio.{shape}[{request}, {response}]")
        streams_in, streams_out = method.client_streaming, method.server_streaming
        argument = (
            f"request_iterator: AsyncIterable[{request}]" if streams_in else f"request: {request}"
        )
        servicer += [
            f"    {'def' if streams_out else 'async def'} {method.name}(",
            f"        self, {argument}, context: grpc.aio.ServicerContext[{request}, {response}]",
            f"    ) -> {f'AsyncIterator[{response}]' if streams_out else response}: ...",
        ]
    register = [
        "",
        f"def add_{service.name}Servicer_to_server(",
        f"    servicer: {service.name}Servicer, server: grpc.aio.Server",
        ") -> None: ...",
    ]
    return [*stub, *servicer, *register]


def arity(streaming: bool) -> str:
    """Return how grpc names one side of a method."""
    return "Stream" if streaming else "Unary"


if __name__ == "__main__":
    main()

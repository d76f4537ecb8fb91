"""The sandbox against hostile files, and its promise to call nobody."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

CALLS_NOBODY = """
import ipaddress, socket

asked = []

def guard(real):
    def connect(self, address):
        if self.family != socket.AF_UNIX and not ipaddress.ip_address(address[0]).is_loopback:
            asked.append(address)
            raise OSError("no network")
        return real(self, address)
    return connect

def resolve(host, *rest, real=socket.getaddrinfo, **more):
    if host not in ("127.0.0.1", "::1", "localhost", b"127.0.0.1"):
        asked.append(host)
        raise socket.gaierror("no network")
    return real(host, *rest, **more)

socket.socket.connect = guard(socket.socket.connect)
socket.socket.connect_ex = guard(socket.socket.connect_ex)
socket.getaddrinfo = resolve

from aion.testing import Sandbox
from tests.sandbox.conftest import client_of
from tests.sandbox.world import build_world

ELSEWHERE = ("https://quillhaven.example/a", "http://10.1.2.3/a.jpg", "http://[2001:db8::1]/a.jpg")
with Sandbox(stepped=True, pace=1.0) as sandbox:
    world = build_world(sandbox)
    with client_of(sandbox) as api:
        for url in ELSEWHERE:
            assert api.post("/user-files/links", json={"url": url}).status_code == 201
            api.post("/describe/", json={"image_url": url})
            api.post("/verify/", json={"image_url": url, "content": "a harbor"})
            hooked = {"images": [{"image_url": url}], "webhook_url": url}
            api.post("/batch/describe", json=hooked)
        bucket = {
            "bucket_name": "harbor", "region": "eu-west-1", "access_key_id": "A" * 20,
            "secret_access_key": "B" * 40,
        }
        assert api.post("/tenant/s3-config", json=bucket).status_code == 200
        assert api.post("/tenant/s3-config/validate").status_code == 200
    sandbox.step_clock(60)
    assert sandbox.violations == [], sandbox.violations
assert asked == [], asked
"""

READS = """
import resource, sys, time
from pathlib import Path
from aion.sandbox.documents.extraction import Unreadable, extract

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.process_time()
try:
    extract(Path(sys.argv[1]), sys.argv[2])
    told = "read"
except Unreadable as error:
    told = f"refused: {error}"
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
print(f"{told}|{grown}|{time.process_time() - began:.1f}")
"""


def run(code: str, *arguments: str, seconds: float) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.strip()


def docx(body: bytes, **parts: bytes) -> bytes:
    """A Word document by hand, with this XML in its body."""
    kind = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    base = b"http://schemas.openxmlformats.org/"
    files = {
        "[Content_Types].xml": b'<Types xmlns="%spackage/2006/content-types">'
        b'<Default Extension="rels" '
        b'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        b'<Override PartName="/word/document.xml" ContentType="%s"/></Types>' % (base, kind),
        "_rels/.rels": b'<Relationships xmlns="%spackage/2006/relationships"><Relationship Id="r1" '
        b'Type="%sofficeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
        b"</Relationships>" % (base, base),
        "word/document.xml": b'<w:document xmlns:w="%swordprocessingml/2006/main"><w:body>%s'
        b"</w:body></w:document>" % (base, body),
        **parts,
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def pdf(content: bytes) -> bytes:
    """A PDF of one page with this content."""
    packed = zlib.compress(content, 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    data, places = b"%PDF-1.4\n", list[int]()
    for number, one in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(data)
    return b"%sxref\n0 6\n0000000000 65535 f \n%s%s" % (data, table, trailer)


PARAGRAPH = b"<w:p><w:r><w:t>x</w:t></w:r></w:p>"


def test_P24_it_makes_no_outgoing_call() -> None:
    run(CALLS_NOBODY, seconds=50)


@pytest.mark.parametrize(
    ("kind", "data"), [("docx", docx(PARAGRAPH)), ("pdf", pdf(b"BT /F1 9 Tf (x) Tj ET"))]
)
def test_a_small_document_made_by_hand_is_read(kind: str, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"a.{kind}"
    path.write_bytes(data)
    assert run(READS, str(path), kind, seconds=30).startswith("read|")


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        pytest.param(
            "docx", lambda: docx(b"", **{"word/a.bin": bytes(300 << 20)}), id="a part of 300 MB"
        ),
        pytest.param("docx", lambda: docx(b" " * (300 << 20)), id="300 MB of XML"),
        pytest.param(
            "docx",
            lambda: docx(b"", **{f"word/{n}.xml": b"<a/>" for n in range(6000)}),
            id="thousands of parts",
        ),
        pytest.param("pdf", lambda: pdf(b" " * (300 << 20)), id="300 MB of page"),
    ],
)
def test_P24_a_bomb_in_a_document_is_refused_in_bounds(
    kind: str, make: Callable[[], bytes], tmp_path: Path
) -> None:
    data = make()
    assert len(data) < 2 << 20
    path = tmp_path / f"bomb.{kind}"
    path.write_bytes(data)
    told, megabytes, seconds = run(READS, str(path), kind, seconds=50).split("|")
    assert told.startswith("refused"), told
    assert int(megabytes) < 256
    assert float(seconds) < 10


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        pytest.param("docx", lambda: docx(PARAGRAPH * 200_000), id="200,000 paragraphs in 50 KB"),
        pytest.param(
            "pdf", lambda: pdf(b"BT /F1 9 Tf (x) Tj ET\n" * 600_000), id="600,000 texts in 20 KB"
        ),
    ],
)
def test_P24_a_document_that_is_slow_to_read_is_refused_in_bounds(
    kind: str, make: Callable[[], bytes], tmp_path: Path
) -> None:
    path = tmp_path / f"slow.{kind}"
    path.write_bytes(make())
    try:
        told = run(READS, str(path), kind, seconds=15)
    except subprocess.TimeoutExpired:
        told = "still at it"
    assert told.startswith("refused"), told

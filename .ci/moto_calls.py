"""`probity fetch` against moto's server: patch baselines are made with boto3, and fetched with probity; then over TLS."""

import datetime
import hashlib
import ipaddress
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request

import boto3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SECRET = "canary/secret+0123456789abcdefghijklmnop"
REGION = "eu-central-1"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_up(url, server):
    for _ in range(300):
        if server.poll() is not None:
            sys.exit("moto's server has ended: see target/tools/moto.txt")
        try:
            # Whoever answers is up; certificates are for probity to check.
            unchecked = ssl.create_default_context()
            unchecked.check_hostname = False
            unchecked.verify_mode = ssl.CERT_NONE
            with urllib.request.urlopen(f"{url}/moto-api/data.json", timeout=1, context=unchecked):
                return
        except OSError:
            time.sleep(0.1)
    sys.exit("moto's server does not answer")


def environment(**more):
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return kept | {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRET, "HOME": "/nonexistent"} | more


def fetch(probity, url, out, *arguments, **variables):
    command = [probity, "fetch", *arguments, "--region", REGION, "--endpoint", url, "--out", out, "--format", "json"]
    run = subprocess.run(command, capture_output=True, text=True, env=environment(**variables), timeout=120)
    assert SECRET not in run.stdout + run.stderr, "a secret was printed"
    return run.returncode, json.loads(run.stdout), run.stderr


def page(call, entry):
    with open(os.path.join(call["folder"], entry["file"]), "rb") as file:
        content = file.read()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert len(content) == entry["bytes"]
    return content


def serve(url, port, *more):
    with open("target/tools/moto.txt", "a") as log:
        command = [sys.executable, "-c", "from moto.server import main; main()", "-H", "127.0.0.1", "-p", str(port)]
        server = subprocess.Popen([*command, *more], stdout=log, stderr=log)
    wait_until_up(url, server)
    return server


def main():
    probity = os.path.abspath(sys.argv[1])
    for scheme, act in (("http", calls), ("https", trusted)):
        port = free_port()
        url = f"{scheme}://127.0.0.1:{port}"
        with tempfile.TemporaryDirectory() as folder:
            keys = certificates(folder) if scheme == "https" else []
            server = serve(url, port, *keys)
            try:
                act(probity, url, folder)
            finally:
                server.terminate()
                server.wait()


def certificates(folder):
    """An authority of our own, and a server that it vouches for."""
    now = datetime.datetime.now(datetime.timezone.utc)
    key = {who: ec.generate_private_key(ec.SECP256R1()) for who in ("authority", "server")}

    def certificate(who, *extensions):
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, who)])
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])
        builder = x509.CertificateBuilder(issuer, name, key[who].public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(key["authority"], hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    secret = key["server"].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    for name, content in (
        ("authority.pem", certificate("authority", x509.BasicConstraints(ca=True, path_length=None))),
        ("server.pem", certificate("server", address, x509.BasicConstraints(ca=False, path_length=None))),
        ("server.key", secret),
    ):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)
    return ["-s", "-c", os.path.join(folder, "server.pem"), "-k", os.path.join(folder, "server.key")]


def trusted(probity, url, folder):
    # Whom the system does not trust is not talked to, and not again either.
    code, document, errors = fetch(probity, url, os.path.join(folder, "first"), "DescribePatchBaselines")
    (call,) = document["calls"]
    assert code == 2 and not call["snapshot"]["complete"], document
    assert "cannot be trusted" in call["snapshot"]["failure"]["message"], errors
    assert "SSL_CERT_FILE" in call["snapshot"]["failure"]["help"], errors
    authority = os.path.join(folder, "authority.pem")
    out = os.path.join(folder, "second")
    code, document, errors = fetch(probity, url, out, "DescribePatchBaselines", SSL_CERT_FILE=authority)
    assert code == 0, errors
    assert document["calls"][0]["snapshot"]["endpoint"] == url
    print("TLS: refused without its authority, listed with it")


def calls(probity, url, out):
    client = boto3.client(
        "ssm", endpoint_url=url, region_name=REGION, aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key=SECRET
    )
    made = {
        client.create_patch_baseline(Name=f"probity-{number}", OperatingSystem="AMAZON_LINUX_2")["BaselineId"]
        for number in range(3)
    }

    # A listing: all that boto3 sees, and the pages as moto sent them.
    code, document, errors = fetch(probity, url, out, "aws.ssm.DescribePatchBaselines")
    assert code == 0, errors
    (call,) = document["calls"]
    snapshot = call["snapshot"]
    assert snapshot["complete"] and snapshot["kind"] == "listing", snapshot
    listed = [
        entry["BaselineId"]
        for part in snapshot["pages"]
        for entry in json.loads(page(call, part))["BaselineIdentities"]
    ]
    expected = {
        entry["BaselineId"]
        for answer in client.get_paginator("describe_patch_baselines").paginate()
        for entry in answer["BaselineIdentities"]
    }
    assert set(listed) == expected and made <= expected, (listed, expected)
    assert snapshot["resources"] == len(listed)

    # A filter that moto knows.
    own = json.dumps([{"Key": "NAME_PREFIX", "Values": ["probity-1"]}])
    code, document, errors = fetch(probity, url, out, "DescribePatchBaselines", "--param", f"Filters={own}")
    assert code == 0, errors
    assert document["calls"][0]["snapshot"]["resources"] == 1, document

    # What moto does not serve: it says so in HTML, which is kept as evidence and never taken for a baseline.
    code, document, errors = fetch(probity, url, out, "GetPatchBaseline", "--baseline-id", sorted(made)[0])
    (call,) = document["calls"]
    if code == 0:
        print("moto serves GetPatchBaseline now: let this test judge it")
        assert call["snapshot"]["complete"]
    else:
        failure = call["snapshot"]["failure"]
        assert (code, failure["status"], call["snapshot"]["complete"]) == (2, 500, False), document
        assert failure["page"]["file"] == "error-0001.html", failure
        assert b"<html" in page(call, failure["page"]).lower()
        assert call["diagnostics"][0]["code"] == "fetch.failed", call

    # A baseline that moto does not list any more.
    client.delete_patch_baseline(BaselineId=sorted(made)[0])
    code, document, errors = fetch(probity, url, out, "DescribePatchBaselines")
    assert document["calls"][0]["snapshot"]["resources"] == len(expected) - 1
    for folder, _, files in os.walk(out):
        for name in files:
            with open(os.path.join(folder, name), "rb") as file:
                assert SECRET.encode() not in file.read(), name
    print(f"moto: {len(expected)} patch baselines were listed as boto3 lists them, and an answer in HTML was told as such")


main()

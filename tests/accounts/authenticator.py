"""A passkey in software: makes a key pair and signs challenges as a browser's would."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url


class Authenticator:
    def __init__(self, *, counts: bool = True, origin: str = "http://localhost") -> None:
        self.key, self.id = ec.generate_private_key(ec.SECP256R1()), b"credential-of-one"
        self.counts, self.origin, self.count = counts, origin, 0

    def make(self, options: dict[str, Any]) -> str:
        point = self.key.public_key().public_numbers()
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})
        data = self._data(options["rp"]["id"], 0x41) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cose
        return self._answer(
            clientDataJSON=self._client("webauthn.create", options["challenge"]),
            attestationObject=cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data}),
        )

    def prove(self, options: dict[str, Any]) -> str:
        self.count += self.counts
        client, data = self._client("webauthn.get", options["challenge"]), self._data(options["rpId"], 0x01)
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signed)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _data(self, rp_id: str, flags: int) -> bytes:
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _answer(self, **parts: bytes) -> str:
        written = {name: bytes_to_base64url(part) for name, part in parts.items()}
        key = bytes_to_base64url(self.id)
        return json.dumps(
            {"id": key, "rawId": key, "type": "public-key", "response": written, "clientExtensionResults": {}}
        )

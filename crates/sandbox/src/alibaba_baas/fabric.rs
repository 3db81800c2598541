//! Fabric's data structures in the JSON form in which the gateway shows them: 64-bit integers as
//! strings, bytes in base64, keys in alphabetical order.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::chaincode::Stub;
use crate::encoding::{hex, protobuf};
use crate::entropy::random;

/// A certificate's place. The sandbox has no certificate authority.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nTm8gY2VydGlmaWNhdGU6IGEgc2FuZGJveA==\n-----END CERTIFICATE-----\n";

/// The placeholder certificate as the JSON form shows it.
pub(super) fn certificate() -> String {
    STANDARD.encode(CERTIFICATE)
}

/// A member of an organisation.
#[derive(Clone, Copy)]
pub(super) struct Identity {
    pub(super) mspid: &'static str,
}

impl Identity {
    /// `msp.SerializedIdentity`.
    fn serialized(self) -> Vec<u8> {
        let mut message = Vec::new();
        protobuf::bytes(&mut message, 1, self.mspid);
        protobuf::bytes(&mut message, 2, CERTIFICATE);
        message
    }

    fn creator(self) -> Value {
        json!({"id_bytes": certificate(), "mspid": self.mspid})
    }
}

/// `common.SignatureHeader`: who made something, with a number used once.
pub(super) struct Signer {
    identity: Identity,
    nonce: [u8; 24],
}

impl Signer {
    pub(super) fn new(identity: Identity) -> Self {
        Self {
            identity,
            nonce: random(),
        }
    }

    /// The transaction ID, as Fabric defines it: the hash of nonce and creator.
    pub(super) fn transaction_id(&self) -> String {
        let digest = Sha256::new()
            .chain_update(self.nonce)
            .chain_update(self.identity.serialized())
            .finalize();
        hex(digest)
    }

    pub(super) fn header(&self) -> Value {
        json!({"creator": self.identity.creator(), "nonce": STANDARD.encode(self.nonce)})
    }

    /// Stands where Fabric puts an ECDSA signature: a hash over the signer and what is signed.
    pub(super) fn signature(&self, signed: &Value) -> String {
        let digest = Sha256::new()
            .chain_update(self.nonce)
            .chain_update(self.identity.serialized())
            .chain_update(signed.to_string())
            .finalize();
        STANDARD.encode(digest)
    }
}

/// `common.HeaderType`, as far as it occurs.
#[derive(Clone, Copy)]
pub(super) enum HeaderType {
    Config = 1,
    ConfigUpdate = 2,
    EndorserTransaction = 3,
}

/// `common.ChannelHeader`.
pub(super) fn channel_header(
    kind: HeaderType,
    network: &str,
    time: DateTime<Utc>,
    transaction: Option<(&str, &str)>,
) -> Value {
    let (transaction_id, chaincode) = transaction.unzip();
    // peer.ChaincodeHeaderExtension { chaincode_id: { name } }
    let extension = chaincode.map(|name| {
        let (mut id, mut extension) = (Vec::new(), Vec::new());
        protobuf::bytes(&mut id, 2, name);
        protobuf::bytes(&mut extension, 2, id);
        STANDARD.encode(extension)
    });
    json!({
        "channel_id": network,
        "epoch": "0",
        "extension": extension,
        "timestamp": time.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        "tls_cert_hash": null,
        "tx_id": transaction_id.unwrap_or_default(),
        "type": kind as u8,
        "version": 0,
    })
}

/// An endorsed transaction about to become a `common.Payload`.
pub(super) struct Endorsed<'a> {
    pub(super) network: &'a str,
    pub(super) chaincode: &'a str,
    pub(super) args: &'a [Vec<u8>],
    pub(super) stub: &'a Stub<'a>,
    pub(super) payload: &'a [u8],
    pub(super) signer: &'a Signer,
    pub(super) time: DateTime<Utc>,
}

impl Endorsed<'_> {
    /// The `common.Payload` of an endorser transaction.
    pub(super) fn payload(&self) -> Value {
        let id = self.signer.transaction_id();
        let proposal = self.proposal();
        let response = json!({
            "extension": {
                "chaincode_id": {"name": self.chaincode, "path": "", "version": "1.0"},
                "events": self.stub.event.as_ref().map(|(name, payload)| json!({
                    "chaincode_id": self.chaincode,
                    "event_name": name,
                    "payload": STANDARD.encode(payload),
                    "tx_id": id,
                })),
                "response": {
                    "message": "",
                    "payload": STANDARD.encode(self.payload),
                    "status": 200,
                },
                "results": {"data_model": "KV", "ns_rwset": [self.read_write_set()]},
            },
            "proposal_hash": STANDARD.encode(Sha256::digest(proposal.to_string())),
        });
        let endorsement = json!({
            "endorser": STANDARD.encode(self.signer.identity.serialized()),
            "signature": self.signer.signature(&response),
        });
        let header = json!({
            "channel_header": channel_header(
                HeaderType::EndorserTransaction,
                self.network,
                self.time,
                Some((&id, self.chaincode)),
            ),
            "signature_header": self.signer.header(),
        });
        json!({
            "data": {"actions": [{
                "header": self.signer.header(),
                "payload": {
                    "action": {
                        "endorsements": [endorsement],
                        "proposal_response_payload": response,
                    },
                    "chaincode_proposal_payload": proposal,
                },
            }]},
            "header": header,
        })
    }

    fn proposal(&self) -> Value {
        let args: Vec<_> = self.args.iter().map(|arg| STANDARD.encode(arg)).collect();
        json!({
            // Empty even where the caller sent transient data: it never reaches the ledger.
            "TransientMap": {},
            "input": {"chaincode_spec": {
                "chaincode_id": {"name": self.chaincode, "path": "", "version": ""},
                "input": {"args": args, "decorations": {}, "is_init": false},
                "timeout": 0,
                "type": "GOLANG",
            }},
        })
    }

    fn read_write_set(&self) -> Value {
        let reads = self.stub.reads.iter().map(|(key, version)| {
            let version = version.map(|version| {
                json!({
                    "block_num": version.block.to_string(),
                    "tx_num": version.transaction.to_string(),
                })
            });
            json!({"key": key, "version": version})
        });
        let writes = self.stub.writes.iter().map(
            |(key, value)| json!({"is_delete": false, "key": key, "value": STANDARD.encode(value)}),
        );
        json!({
            "collection_hashed_rwset": [],
            "namespace": self.chaincode,
            "rwset": {
                "metadata_writes": [],
                "range_queries_info": [],
                "reads": reads.collect::<Vec<_>>(),
                "writes": writes.collect::<Vec<_>>(),
            },
        })
    }
}

/// `common.BlockHeader`.
pub(super) struct BlockHeader {
    pub(super) number: u64,
    pub(super) previous_hash: Vec<u8>,
    pub(super) data_hash: Vec<u8>,
}

impl BlockHeader {
    /// The header of the block that holds these envelopes.
    pub(super) fn over(number: u64, previous_hash: Vec<u8>, envelopes: &[Value]) -> Self {
        let data_hash = envelopes
            .iter()
            .fold(Sha256::new(), |hash, envelope| {
                hash.chain_update(envelope.to_string())
            })
            .finalize()
            .to_vec();
        Self {
            number,
            previous_hash,
            data_hash,
        }
    }

    /// The hash that the next block carries as `previous_hash`: over the ASN.1 DER form of the
    /// header, as Fabric does it.
    pub(super) fn hash(&self) -> Vec<u8> {
        // An INTEGER is signed, so a leading bit that is set needs a zero byte before it.
        let number = self.number.to_be_bytes();
        let zeros = number.iter().take_while(|byte| **byte == 0).count().min(7);
        let mut integer = number[zeros..].to_vec();
        if integer[0] & 0x80 != 0 {
            integer.insert(0, 0);
        }
        let mut fields = der(0x02, &integer);
        fields.extend(der(0x04, &self.previous_hash));
        fields.extend(der(0x04, &self.data_hash));
        Sha256::digest(der(0x30, &fields)).to_vec()
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "data_hash": STANDARD.encode(&self.data_hash),
            "number": self.number.to_string(),
            "previous_hash": STANDARD.encode(&self.previous_hash),
        })
    }
}

/// One element of ASN.1 DER. A block header is short enough for one byte of length.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len())
        .ok()
        .filter(|length| *length < 0x80)
        .expect("an integer and two hashes are at most 79 bytes");
    let mut element = vec![tag, length];
    element.extend_from_slice(content);
    element
}

/// JSON as Go's `json.Marshal` writes it, with `<`, `>` and `&` escaped. They occur inside strings
/// only, so that replacing them in the finished text is enough.
pub(super) fn go_json(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value).expect("the values have string keys only");
    text.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_channel_header_extension_is_that_of_the_published_event() {
        let header = channel_header(
            HeaderType::EndorserTransaction,
            "channel2",
            DateTime::UNIX_EPOCH,
            Some(("id", "taskmgr")),
        );
        assert_eq!(header["extension"], "EgkSB3Rhc2ttZ3I=");
        assert_eq!(header["timestamp"], "1970-01-01T00:00:00Z");
    }

    #[test]
    fn a_header_hash_is_taken_over_its_der_form() {
        let header = BlockHeader {
            number: 128,
            previous_hash: Vec::new(),
            data_hash: vec![7],
        };
        let der = b"\x30\x09\x02\x02\x00\x80\x04\x00\x04\x01\x07";
        assert_eq!(header.hash(), Sha256::digest(der).to_vec());
        let genesis = BlockHeader {
            number: 0,
            ..header
        };
        let der = b"\x30\x08\x02\x01\x00\x04\x00\x04\x01\x07";
        assert_eq!(genesis.hash(), Sha256::digest(der).to_vec());
    }

    #[test]
    fn text_is_escaped_as_go_does_it() {
        assert_eq!(go_json(&["<a&b>"]), r#"["\u003ca\u0026b\u003e"]"#);
    }
}

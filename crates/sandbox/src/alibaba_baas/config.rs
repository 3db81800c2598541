//! A channel's configuration, and the blocks that set and change it.

use chrono::{DateTime, SubsecRound, Utc};
use serde::Serialize;
use serde_json::ser::PrettyFormatter;
use serde_json::{Serializer, Value, json};

use super::fabric::{HeaderType, Identity, Signer, certificate, channel_header};

const ORGANISATION: Identity = Identity {
    mspid: "e2ehmfqasthMSP",
};
const ORDERER: Identity = Identity { mspid: "jc2yf1MSP" };

/// Who makes config transactions, as a transaction's `from` shows it.
pub(super) const CONFIG_FROM: &str = "jc2yf1MSP.orderer1";

/// The configuration of a channel: fixed but for the orderer's batch size.
pub(super) struct Config {
    network: &'static str,
    /// How often it was changed.
    sequence: u64,
    max_message_count: u32,
}

/// A config transaction.
pub(super) struct ConfigTransaction {
    /// The text of the `common.ConfigUpdate`.
    pub(super) input: String,
    /// The `common.Payload`.
    pub(super) payload: Value,
    pub(super) signature: String,
}

impl Config {
    /// A new channel's configuration.
    pub(super) fn new(network: &'static str) -> Self {
        Self {
            network,
            sequence: 0,
            max_message_count: 10,
        }
    }

    /// The transaction of the genesis block.
    pub(super) fn genesis(&self, time: DateTime<Utc>) -> ConfigTransaction {
        self.transaction(json!(null), String::new(), time)
    }

    /// Sets the batch size.
    pub(super) fn update(
        &mut self,
        max_message_count: u32,
        time: DateTime<Utc>,
    ) -> ConfigTransaction {
        let update = self.batch_size_update(max_message_count);
        self.sequence += 1;
        self.max_message_count = max_message_count;

        let signer = Signer::new(ORDERER);
        let signed = json!({
            "signature": signer.signature(&update),
            "signature_header": signer.header(),
        });
        let input = indented(&update);
        let payload = json!({
            "data": {"config_update": update, "signatures": [signed]},
            "header": self.header(HeaderType::ConfigUpdate, &signer, time),
        });
        let last_update = json!({
            "payload": payload,
            "signature": signer.signature(&payload),
        });
        self.transaction(last_update, input, time)
    }

    fn transaction(
        &self,
        last_update: Value,
        input: String,
        time: DateTime<Utc>,
    ) -> ConfigTransaction {
        let signer = Signer::new(ORDERER);
        let config = json!({
            "channel_group": self.channel_group(),
            "sequence": self.sequence.to_string(),
        });
        let payload = json!({
            "data": {"config": config, "last_update": last_update},
            "header": self.header(HeaderType::Config, &signer, time),
        });
        ConfigTransaction {
            input,
            signature: signer.signature(&payload),
            payload,
        }
    }

    fn header(&self, kind: HeaderType, signer: &Signer, time: DateTime<Utc>) -> Value {
        // Orderers stamp whole seconds.
        let time = time.trunc_subsecs(0);
        json!({
            "channel_header": channel_header(kind, self.network, time, None),
            "signature_header": signer.header(),
        })
    }

    fn batch_size_update(&self, max_message_count: u32) -> Value {
        let orderer = |values: Value| {
            json!({
                "groups": {"Orderer": {
                    "groups": {},
                    "mod_policy": "",
                    "policies": {},
                    "values": values,
                    "version": "0",
                }},
                "mod_policy": "",
                "policies": {},
                "values": {},
                "version": "0",
            })
        };
        json!({
            "channel_id": self.network,
            "isolated_data": {},
            "read_set": orderer(json!({})),
            "write_set": orderer(json!({"BatchSize": {
                "mod_policy": "Admins",
                "value": batch_size(max_message_count),
                "version": (self.sequence + 1).to_string(),
            }})),
        })
    }

    fn channel_group(&self) -> Value {
        let orderer_values = json!({
            "BatchSize": {
                "mod_policy": "Admins",
                "value": batch_size(self.max_message_count),
                "version": self.sequence.to_string(),
            },
            "BatchTimeout": value(json!({"timeout": "1s"})),
            "Capabilities": value(json!({"capabilities": {"V1_4_2": {}}})),
            "ChannelRestrictions": value(json!(null)),
            "ConsensusType": value(json!({
                "metadata": {"consenters": [], "options": {
                    "election_tick": 10,
                    "heartbeat_tick": 1,
                    "max_inflight_blocks": 5,
                    "snapshot_interval_size": 20_971_520,
                    "tick_interval": "500ms",
                }},
                "state": "STATE_NORMAL",
                "type": "etcdraft",
            })),
        });
        let channel_values = json!({
            "BlockDataHashingStructure": value(json!({"width": u32::MAX})),
            "Capabilities": value(json!({"capabilities": {"V1_4_2": {}}})),
            "Consortium": value(json!({"name": "SampleConsortium"})),
            "HashingAlgorithm": value(json!({"name": "SHA256"})),
            "OrdererAddresses": value(json!({"addresses": ["orderer1:31010"]})),
        });
        let application = group(
            json!({ORGANISATION.mspid: organisation(ORGANISATION)}),
            json!({"Capabilities": value(json!({"capabilities": {"V1_4_2": {}}}))}),
        );
        let orderer = group(
            json!({ORDERER.mspid: organisation(ORDERER)}),
            orderer_values,
        );
        group(
            json!({"Application": application, "Orderer": orderer}),
            channel_values,
        )
    }
}

fn batch_size(max_message_count: u32) -> Value {
    json!({
        "absolute_max_bytes": 103_809_024,
        "max_message_count": max_message_count,
        "preferred_max_bytes": 5_242_880,
    })
}

fn value(value: Value) -> Value {
    json!({"mod_policy": "Admins", "value": value, "version": "0"})
}

fn group(groups: Value, values: Value) -> Value {
    let policy = |rule: &str, sub_policy: &str| {
        json!({
            "mod_policy": "Admins",
            "policy": {"type": 3, "value": {"rule": rule, "sub_policy": sub_policy}},
            "version": "0",
        })
    };
    json!({
        "groups": groups,
        "mod_policy": "Admins",
        "policies": {
            "Admins": policy("MAJORITY", "Admins"),
            "Readers": policy("ANY", "Readers"),
            "Writers": policy("ANY", "Writers"),
        },
        "values": values,
        "version": "0",
    })
}

fn organisation(identity: Identity) -> Value {
    let policy = |role: &str| {
        json!({
            "mod_policy": "Admins",
            "policy": {"type": 1, "value": {
                "identities": [{
                    "principal": {"msp_identifier": identity.mspid, "role": role},
                    "principal_classification": "ROLE",
                }],
                "rule": {"n_out_of": {"n": 1, "rules": [{"signed_by": 0}]}},
                "version": 0,
            }},
            "version": "0",
        })
    };
    let msp = json!({
        "config": {
            "admins": [certificate()],
            "crypto_config": {
                "identity_identifier_hash_function": "SHA256",
                "signature_hash_family": "SHA2",
            },
            "fabric_node_ous": null,
            "intermediate_certs": [],
            "name": identity.mspid,
            "organizational_unit_identifiers": [],
            "revocation_list": [],
            "root_certs": [certificate()],
            "signing_identity": null,
            "tls_intermediate_certs": [],
            "tls_root_certs": [certificate()],
        },
        "type": 0,
    });
    json!({
        "groups": {},
        "mod_policy": "Admins",
        "policies": {
            "Admins": policy("ADMIN"),
            "Readers": policy("MEMBER"),
            "Writers": policy("MEMBER"),
        },
        "values": {"MSP": value(msp)},
        "version": "0",
    })
}

/// JSON indented with tabs and ended with a newline, as the `input` of the published config event.
fn indented(value: &Value) -> String {
    let mut text = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut text, PrettyFormatter::with_indent(b"\t"));
    value
        .serialize(&mut serializer)
        .expect("a Vec takes all that is written to it");
    text.push(b'\n');
    String::from_utf8(text).expect("JSON is UTF-8")
}

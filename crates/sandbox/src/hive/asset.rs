//! Metadata and assets, which go to IPFS.

use std::sync::Arc;

use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::extract::{Multipart, Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use super::Hive;
use super::answer::{Failure, Success, created};
use super::request::{Body, Caller, Origin};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stored {
    content_type: String,
    uri: String,
    gateway_url: String,
}

impl Hive {
    fn store(&self, origin: &str, content_type: String, bytes: Bytes) -> Success<Stored> {
        let cid = self.world().ipfs.add(content_type.clone(), bytes);
        created(Stored {
            content_type,
            uri: format!("ipfs://{cid}"),
            gateway_url: format!("{origin}/ipfs/{cid}"),
        })
    }
}

/// `POST /core/v1/metadata`
pub(super) async fn metadata(
    _: Caller,
    Origin(origin): Origin,
    State(hive): State<Arc<Hive>>,
    Body(metadata): Body<Map<String, Value>>,
) -> Result<Success<Stored>, Failure> {
    for name in ["name", "image"] {
        let value = metadata.get(name).and_then(Value::as_str);
        if value.is_none_or(str::is_empty) {
            return Err(Failure::bad_request(format!("{name} must be text")));
        }
    }
    let bytes = Value::Object(metadata).to_string().into();
    Ok(hive.store(&origin, "application/json".to_owned(), bytes))
}

/// `POST /core/v1/asset`
pub(super) async fn upload(
    _: Caller,
    Origin(origin): Origin,
    State(hive): State<Arc<Hive>>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Success<Stored>, Failure> {
    let mut form = form.map_err(|error| Failure::bad_request(error.body_text()))?;
    let broken = |error: MultipartError| Failure::bad_request(error.body_text());
    while let Some(part) = form.next_field().await.map_err(broken)? {
        if part.name() != Some("asset") {
            continue;
        }
        let content_type = part.content_type().unwrap_or("application/octet-stream");
        let content_type = content_type.to_owned();
        let bytes = part.bytes().await.map_err(broken)?;
        return Ok(hive.store(&origin, content_type, bytes));
    }
    Err(Failure::bad_request("the part asset is required"))
}

#[derive(Deserialize)]
pub(super) struct Source {
    url: String,
}

/// `POST /core/v1/asset-by-url`
pub(super) async fn by_url(
    _: Caller,
    Origin(origin): Origin,
    State(hive): State<Arc<Hive>>,
    Body(source): Body<Source>,
) -> Result<Success<Stored>, Failure> {
    let url = Url::parse(&source.url)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"));
    let url = url.ok_or_else(|| Failure::bad_request("url must be a public web address"))?;
    let content_type = match url.path().rsplit_once('.').map(|(_, extension)| extension) {
        Some("gif") => "image/gif",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("webp") => "image/webp",
        Some("mp4") => "video/mp4",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    };
    let content_type = content_type.to_owned();
    Ok(hive.store(&origin, content_type, source.url.into()))
}

/// `GET /ipfs/{cid}`, on the gateway that `gatewayUrl` points to.
pub(super) async fn gateway(
    State(hive): State<Arc<Hive>>,
    Path(cid): Path<String>,
) -> Result<impl IntoResponse, Failure> {
    let file = hive.world().ipfs.get(&cid).cloned();
    let file = file.ok_or_else(|| Failure::not_found(format!("file {cid} not found")))?;
    Ok(([(header::CONTENT_TYPE, file.content_type)], file.bytes))
}

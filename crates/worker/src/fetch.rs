//! Data files: fetched with progress, unpacked by the browser.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, ReadableWritablePair, Response};

/// Fetches the file at `address` and unpacks it when it is compressed by gzip; `progress` hears how many bytes have come,
/// and of how many (0 when unknown).
///
/// # Errors
/// What the browser says, or the server's status.
pub async fn bytes(
    scope: &DedicatedWorkerGlobalScope,
    address: &str,
    progress: impl Fn(f64, f64),
) -> Result<Vec<u8>, JsValue> {
    let response: Response = JsFuture::from(scope.fetch_with_str(address)).await?.dyn_into()?;
    if !response.ok() {
        return Err(format!("the server answered {}", response.status()).into());
    }
    let total = response.headers().get("content-length")?.and_then(|length| length.parse().ok()).unwrap_or(0.0);
    let packed = read(&response, |received| progress(received, total)).await?;
    // A server may have declared the file's compression as the transfer's: then the browser has unpacked it already.
    if packed.starts_with(&[0x1f, 0x8b]) { unpack(&packed).await } else { Ok(packed) }
}

async fn read(response: &Response, progress: impl Fn(f64)) -> Result<Vec<u8>, JsValue> {
    let body = response.body().ok_or_else(|| JsValue::from("the answer is empty"))?;
    let reader: web_sys::ReadableStreamDefaultReader = body.get_reader().dyn_into()?;
    let mut bytes = Vec::new();
    loop {
        let chunk = JsFuture::from(reader.read()).await?;
        let value = js_sys::Reflect::get(&chunk, &"value".into())?;
        if value.is_undefined() {
            return Ok(bytes);
        }
        bytes.extend(js_sys::Uint8Array::new(&value).to_vec());
        progress(bytes.len() as f64);
    }
}

async fn unpack(packed: &[u8]) -> Result<Vec<u8>, JsValue> {
    let body = Response::new_with_opt_js_u8_array(Some(&js_sys::Uint8Array::from(packed)))?
        .body()
        .ok_or_else(|| JsValue::from("the answer is empty"))?;
    // By name: the bindings count this interface among the unstable ones.
    let kind: js_sys::Function = js_sys::Reflect::get(&js_sys::global(), &"DecompressionStream".into())?.dyn_into()?;
    let unpacker = js_sys::Reflect::construct(&kind, &js_sys::Array::of1(&"gzip".into()))?;
    let unpacked = body.pipe_through(unpacker.unchecked_ref::<ReadableWritablePair>());
    let response = Response::new_with_opt_readable_stream(Some(&unpacked))?;
    let buffer = JsFuture::from(response.array_buffer()?).await?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}

/// An error in words.
pub fn words(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => error.as_string().unwrap_or_else(|| "no reason given".to_owned()),
    }
}

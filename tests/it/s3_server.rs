//! An S3 server on the loopback interface that serves objects from memory, checks signatures, and fails
//! where a test asks it to.
//!
//! Protocol and signatures are those of `s3s`; what it answers is here: lists in pages of a thousand, names
//! encoded as S3 encodes them, ranges, and conditions on the ETag. Shared by the tests of the program and
//! those of the module that reads S3.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use s3s::auth::SimpleAuth;
use s3s::dto::{
    CommonPrefix, ETag, ETagCondition, EncodingType, GetObjectInput, GetObjectOutput, ListObjectsV2Input,
    ListObjectsV2Output, Object, StreamingBlob, Timestamp,
};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

/// The bucket that is there.
pub(crate) const BUCKET: &str = "evidence-bucket";
/// The only credentials that are accepted.
pub(crate) const KEY: &str = "AKIAEXAMPLEEXAMPLE00";
pub(crate) const SECRET: &str = "example/secret/example/secret/example/00";

/// A request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// `/` and the bucket, and `/` and the key where it is about an object.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: BTreeMap<String, String>,
    /// How many requests of this path and query came before.
    pub(crate) before: usize,
}

impl Asked {
    /// Whether it asks for a list.
    pub(crate) fn is_list(&self) -> bool {
        self.query.contains("list-type=2")
    }

    /// Whether it asks for the object of this key.
    pub(crate) fn is_get(&self, key: &str) -> bool {
        !self.is_list() && self.path == format!("/{BUCKET}/{key}")
    }

    /// Whether it lists this prefix, which needs no encoding but of `/`.
    pub(crate) fn lists(&self, prefix: &str) -> bool {
        let wanted = format!("prefix={}", prefix.replace('/', "%2F"));
        self.is_list() && self.query.split('&').any(|part| part == wanted)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// What is done with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// It is answered.
    Answer,
    /// An error with this status and code.
    Refuse(u16, &'static str),
    /// An error that names the region of the bucket.
    Redirect(&'static str),
    /// The connection is closed without an answer.
    Reset,
    /// The connection is closed behind so many bytes of the body.
    Cut(usize),
    /// It is answered once the server is told to.
    Hold,
    /// Nothing more is sent behind so many bytes of the body.
    Stall(usize),
    /// The body's first byte is another one.
    Flip,
    /// The object has these bytes from now on, and the request is answered.
    Replace(&'static str, Vec<u8>),
}

pub(crate) type Rule = Box<dyn Fn(&Asked) -> Act + Send + Sync>;

/// Objects by key, and what was asked.
#[derive(Debug, Default)]
struct Shelf {
    objects: BTreeMap<String, Vec<u8>>,
    asked: Vec<Asked>,
}

/// A server; it ends with its test.
pub(crate) struct Server {
    shelf: Arc<Mutex<Shelf>>,
    is_held: Arc<AtomicBool>,
    address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

/// How a server behaves.
#[derive(Default)]
pub(crate) struct Behaviour {
    /// Unsigned requests are answered too.
    pub(crate) is_public: bool,
    /// Conditions on the ETag are not looked at.
    pub(crate) ignores_conditions: bool,
    pub(crate) rule: Option<Rule>,
}

impl Server {
    /// A server with these objects that answers every request.
    pub(crate) fn with(objects: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        Self::behaving(objects, Behaviour::default())
    }

    /// A server with these objects that does with each request what the rule says.
    pub(crate) fn failing(
        objects: impl IntoIterator<Item = (String, Vec<u8>)>,
        rule: impl Fn(&Asked) -> Act + Send + Sync + 'static,
    ) -> Self {
        Self::behaving(objects, Behaviour { rule: Some(Box::new(rule)), ..Behaviour::default() })
    }

    pub(crate) fn behaving(objects: impl IntoIterator<Item = (String, Vec<u8>)>, behaviour: Behaviour) -> Self {
        let shelf = Arc::new(Mutex::new(Shelf { objects: objects.into_iter().collect(), ..Shelf::default() }));
        let backend = Backend { shelf: Arc::clone(&shelf), ignores_conditions: behaviour.ignores_conditions };
        let mut builder = S3ServiceBuilder::new(backend);
        if !behaviour.is_public {
            builder.set_auth(SimpleAuth::from_single(KEY, SECRET));
        }
        let is_held = Arc::new(AtomicBool::new(true));
        let front = Arc::new(Front {
            shelf: Arc::clone(&shelf),
            is_held: Arc::clone(&is_held),
            service: builder.build(),
            rule: behaviour.rule,
        });
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                let front = Arc::clone(&front);
                tokio::spawn(async move {
                    let service = service_fn(move |request| Arc::clone(&front).answer(request));
                    let _ended = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Self { shelf, is_held, address, _runtime: runtime }
    }

    /// Where it is reached.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything that was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shelf.lock().unwrap().asked.clone()
    }

    /// Answers what was held, and holds nothing any more.
    pub(crate) fn release(&self) {
        self.is_held.store(false, Ordering::Relaxed);
    }

    /// Gives an object other bytes.
    pub(crate) fn put(&self, key: &str, bytes: Vec<u8>) {
        self.shelf.lock().unwrap().objects.insert(key.to_owned(), bytes);
    }

    pub(crate) fn remove(&self, key: &str) {
        self.shelf.lock().unwrap().objects.remove(key);
    }
}

/// What stands between the wire and the protocol.
struct Front {
    shelf: Arc<Mutex<Shelf>>,
    is_held: Arc<AtomicBool>,
    service: S3Service,
    rule: Option<Rule>,
}

type Answer = Response<BoxBody<Bytes, std::io::Error>>;

impl Front {
    /// Does with a request what the rule says. An error closes the connection.
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Answer, std::io::Error> {
        let act = self.act(&request);
        let refusal = |status: u16, code: &str, region: Option<&str>| {
            let text = format!("<Error><Code>{code}</Code><Message>this is how it was asked for</Message></Error>");
            let mut response = Response::new(whole(Bytes::from(text)));
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            if let Some(region) = region {
                response.headers_mut().insert("x-amz-bucket-region", region.parse().unwrap());
            }
            Ok(response)
        };
        match act {
            Act::Refuse(status, code) => return refusal(status, code, None),
            Act::Redirect(region) => return refusal(301, "PermanentRedirect", Some(region)),
            Act::Reset => return Err(std::io::Error::other("reset")),
            Act::Hold => {
                while self.is_held.load(Ordering::Relaxed) {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
            Act::Answer | Act::Cut(_) | Act::Stall(_) | Act::Flip | Act::Replace(..) => {}
        }
        let response = self.service.call(request.map(s3s::Body::http_body_unsync)).await;
        let (parts, body) = response.map_err(|error| std::io::Error::other(format!("{error:?}")))?.into_parts();
        let mut bytes = body.collect().await.map_err(std::io::Error::other)?.to_bytes().to_vec();
        let body = match act {
            Act::Cut(sent) | Act::Stall(sent) => {
                let is_cut = matches!(act, Act::Cut(_));
                let length = bytes.len() as u64;
                bytes.truncate(sent);
                let pause = Box::pin(tokio::time::sleep(Duration::from_millis(20)));
                Broken { sent: Some(Bytes::from(bytes)), length, is_cut, pause }.boxed()
            }
            Act::Flip => {
                bytes[0] ^= 1;
                whole(Bytes::from(bytes))
            }
            _ => whole(Bytes::from(bytes)),
        };
        Ok(Response::from_parts(parts, body))
    }

    /// Writes a request down and says what is done with it.
    fn act(&self, request: &Request<Incoming>) -> Act {
        let mut kept = self.shelf.lock().unwrap();
        let path = percent_decode_str(request.uri().path()).decode_utf8().unwrap().into_owned();
        let query = request.uri().query().unwrap_or_default().to_owned();
        let before = kept.asked.iter().filter(|asked| asked.path == path && asked.query == query).count();
        let headers = request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let asked = Asked { path, query, headers, before };
        kept.asked.push(asked.clone());
        let act = self.rule.as_ref().map_or(Act::Answer, |rule| rule(&asked));
        if let Act::Replace(key, bytes) = &act {
            kept.objects.insert((*key).to_owned(), bytes.clone());
        }
        act
    }
}

fn whole(bytes: Bytes) -> BoxBody<Bytes, std::io::Error> {
    Full::new(bytes).map_err(|never: Infallible| match never {}).boxed()
}

/// A body that is announced with its whole length and ends or stops before.
struct Broken {
    sent: Option<Bytes>,
    length: u64,
    is_cut: bool,
    /// Lets what was sent leave before the connection is closed.
    pause: Pin<Box<tokio::time::Sleep>>,
}

impl Body for Broken {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        match self.sent.take().filter(|sent| !sent.is_empty()) {
            Some(sent) => Poll::Ready(Some(Ok(Frame::data(sent)))),
            None if self.is_cut => self.pause.as_mut().poll(context).map(|()| Some(Err(std::io::Error::other("cut")))),
            None => Poll::Pending,
        }
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        hyper::body::SizeHint::with_exact(self.length)
    }
}

/// The objects behind the protocol.
struct Backend {
    shelf: Arc<Mutex<Shelf>>,
    ignores_conditions: bool,
}

fn etag(bytes: &[u8]) -> String {
    hex::encode(&Sha256::digest(bytes)[..16])
}

fn checksum(bytes: &[u8]) -> String {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    base64::engine::general_purpose::STANDARD.encode(crc.sum().to_be_bytes())
}

/// A name as S3 writes it into a list whose names are to be encoded.
fn encoded(name: &str) -> String {
    let mut text = String::new();
    for byte in name.bytes() {
        match byte {
            b' ' => text.push('+'),
            byte if byte.is_ascii_alphanumeric() || b"-_.*/".contains(&byte) => text.push(byte as char),
            byte => {
                let _written = write!(text, "%{byte:02X}");
            }
        }
    }
    text
}

#[async_trait::async_trait]
impl S3 for Backend {
    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let input = request.input;
        if input.bucket != BUCKET {
            return Err(s3_error!(NoSuchBucket));
        }
        let prefix = input.prefix.clone().unwrap_or_default();
        let page = usize::try_from(input.max_keys.unwrap_or(1000)).unwrap().min(1000);
        let is_encoded = input.encoding_type.as_ref().is_some_and(|encoding| encoding.as_str() == EncodingType::URL);
        let name = |name: &str| if is_encoded { encoded(name) } else { name.to_owned() };
        let kept = self.shelf.lock().unwrap();
        let (mut contents, mut folders) = (Vec::new(), BTreeSet::new());
        let mut last = String::new();
        let mut is_truncated = false;
        // Tokens say nothing to anybody else, and fit into XML.
        let after = input.continuation_token.map(|token| String::from_utf8(hex::decode(token).unwrap()).unwrap());
        for (key, bytes) in kept.objects.iter().filter(|(key, _)| key.starts_with(&prefix)) {
            let folder = input.delimiter.as_ref().and_then(|delimiter| {
                let (folder, _) = key.strip_prefix(&prefix)?.split_once(delimiter.as_str())?;
                Some(format!("{prefix}{folder}{delimiter}"))
            });
            let entry = folder.clone().unwrap_or_else(|| key.clone());
            if after.as_ref().is_some_and(|after| entry <= *after) || folders.contains(&entry) {
                continue;
            }
            if contents.len() + folders.len() == page {
                is_truncated = true;
                break;
            }
            last = entry;
            match folder {
                Some(folder) => {
                    folders.insert(folder);
                }
                None => contents.push(Object {
                    key: Some(name(key)),
                    size: Some(i64::try_from(bytes.len()).unwrap()),
                    e_tag: Some(ETag::Strong(etag(bytes))),
                    last_modified: Some(Timestamp::from(SystemTime::UNIX_EPOCH)),
                    ..Object::default()
                }),
            }
        }
        let common = folders.iter().map(|folder| CommonPrefix { prefix: Some(name(folder)) }).collect();
        Ok(S3Response::new(ListObjectsV2Output {
            contents: Some(contents),
            common_prefixes: Some(common),
            is_truncated: Some(is_truncated),
            next_continuation_token: is_truncated.then(|| hex::encode(last)),
            encoding_type: input.encoding_type,
            name: Some(input.bucket),
            ..ListObjectsV2Output::default()
        }))
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let input = request.input;
        if input.bucket != BUCKET {
            return Err(s3_error!(NoSuchBucket));
        }
        let kept = self.shelf.lock().unwrap();
        let bytes = kept.objects.get(&input.key).ok_or_else(|| s3_error!(NoSuchKey))?;
        let own = etag(bytes);
        if let Some(ETagCondition::ETag(wanted)) = &input.if_match
            && !self.ignores_conditions
            && wanted.value() != own
        {
            return Err(s3_error!(PreconditionFailed));
        }
        let length = bytes.len() as u64;
        let range = input.range.map(|range| range.check(length)).transpose()?;
        let content_range = range.as_ref().map(|range| format!("bytes {}-{}/{length}", range.start, range.end - 1));
        let range = range.unwrap_or(0..length);
        let part = bytes[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()].to_vec();
        Ok(S3Response::new(GetObjectOutput {
            content_length: Some(i64::try_from(part.len()).unwrap()),
            body: Some(StreamingBlob::from(s3s::Body::from(Bytes::from(part)))),
            // Of a range S3 states none.
            checksum_crc32: content_range.is_none().then(|| checksum(bytes)),
            content_range,
            version_id: Some(format!("version-of-{own}")),
            e_tag: Some(ETag::Strong(own)),
            ..GetObjectOutput::default()
        }))
    }
}

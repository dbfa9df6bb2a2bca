//! An HTTP server of one service, which answers at once, or as badly as it is told.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use chrono::Utc;
use serde_json::Value;

use crate::fetch::verify::access_key_id;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// As it stood in the request line.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, body.to_string()).with("Content-Type", "application/json")
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// What to do with a request, instead of answering it as the service would.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// What the service would do.
    Serve,
    /// Another answer.
    Say(Reply),
    /// The service's answer, but only this many bytes of its body.
    Cut(usize),
    /// Nothing, until the double ends.
    Hang,
    /// The connection is closed without a word.
    Close,
    /// The service's answer, with something changed in its JSON.
    Change(fn(&mut Value)),
}

/// A service.
pub(crate) struct Double {
    port: u16,
    state: Arc<State>,
}

struct State {
    acts: Mutex<VecDeque<Act>>,
    always: Mutex<Option<Act>>,
    seen: Mutex<Vec<Seen>>,
    arrived: Condvar,
    violations: Mutex<Vec<String>>,
    denied: Mutex<Option<(String, Reply)>>,
    ends: AtomicBool,
    service: Box<dyn Service>,
}

/// What a service does.
pub(crate) trait Service: Send + Sync {
    /// Checks the signature and the form of a request.
    fn check(&self, seen: &Seen, now: chrono::DateTime<Utc>) -> Result<(), String>;
    /// What the service says where the check fails.
    fn refuse(&self) -> Reply;
    /// Answers.
    fn serve(&self, seen: &Seen) -> Reply;
}

impl Double {
    pub(crate) fn start(service: impl Service + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            acts: Mutex::default(),
            always: Mutex::default(),
            seen: Mutex::default(),
            arrived: Condvar::new(),
            violations: Mutex::default(),
            denied: Mutex::default(),
            ends: AtomicBool::new(false),
            service: Box::new(service),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.ends.load(Ordering::Relaxed) {
                    return;
                }
                let (Ok(stream), state) = (stream, Arc::clone(&shared)) else { continue };
                thread::spawn(move || state.answer(stream));
            }
        });
        Self { port, state }
    }

    /// As `--endpoint` takes it.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What to do with the next requests, one after another.
    pub(crate) fn then(self, acts: impl IntoIterator<Item = Act>) -> Self {
        self.state.acts.lock().unwrap().extend(acts);
        self
    }

    /// What to do with all requests after that.
    pub(crate) fn always(self, act: Act) -> Self {
        *self.state.always.lock().unwrap() = Some(act);
        self
    }

    /// What to answer whoever signs with this key.
    pub(crate) fn denying(self, id: &str, reply: Reply) -> Self {
        *self.state.denied.lock().unwrap() = Some((id.to_owned(), reply));
        self
    }

    /// The ids of the keys that requests were signed with, in the order of their arrival.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.seen().iter().map(|seen| access_key_id(&seen.headers).unwrap()).collect()
    }

    /// The requests so far. All of them were signed and formed as they must be.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        assert_eq!(self.violations(), Vec::<String>::new());
        self.state.seen.lock().unwrap().clone()
    }

    /// How many requests came, whatever was wrong with them.
    pub(crate) fn arrived(&self) -> usize {
        self.state.seen.lock().unwrap().len()
    }

    /// What was wrong with requests.
    pub(crate) fn violations(&self) -> Vec<String> {
        self.state.violations.lock().unwrap().clone()
    }

    /// Waits until this many requests have arrived.
    pub(crate) fn wait_for(&self, count: usize) {
        let seen = self.state.seen.lock().unwrap();
        let limit = Duration::from_mins(1);
        let (seen, _) =
            self.state.arrived.wait_timeout_while(seen, limit, |seen| seen.len() < count).unwrap();
        assert!(seen.len() >= count, "{} requests arrived", seen.len());
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        self.state.ends.store(true, Ordering::Relaxed);
        // So that it stops listening.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl State {
    fn answer(&self, mut stream: TcpStream) {
        let Some(seen) = read(&stream) else { return };
        let act = {
            // In the order of arrival, each with its act.
            let mut acts = self.acts.lock().unwrap();
            let act = acts.pop_front();
            self.seen.lock().unwrap().push(seen.clone());
            act.or_else(|| self.always.lock().unwrap().clone()).unwrap_or(Act::Serve)
        };
        self.arrived.notify_all();
        if let Err(problem) = self.service.check(&seen, Utc::now()) {
            self.violations.lock().unwrap().push(problem);
            return write(&mut stream, &self.service.refuse(), usize::MAX);
        }
        let denied = self.denied.lock().unwrap().clone();
        if let Some((id, reply)) = denied
            && access_key_id(&seen.headers) == Some(id)
        {
            return write(&mut stream, &reply, usize::MAX);
        }
        match act {
            Act::Serve => write(&mut stream, &self.service.serve(&seen), usize::MAX),
            Act::Say(reply) => write(&mut stream, &reply, usize::MAX),
            Act::Cut(at) => write(&mut stream, &self.service.serve(&seen), at),
            Act::Change(change) => {
                let mut reply = self.service.serve(&seen);
                let mut body: Value = serde_json::from_slice(&reply.body).unwrap();
                change(&mut body);
                reply.body = body.to_string().into_bytes();
                write(&mut stream, &reply, usize::MAX);
            }
            Act::Close => {}
            Act::Hang => {
                while !self.ends.load(Ordering::Relaxed) {
                    thread::sleep(Duration::from_millis(10));
                }
            }
        }
    }
}

fn read(stream: &TcpStream) -> Option<Seen> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut parts = line.split_whitespace();
    let (method, target) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':')?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut seen = Seen { method, target, headers, body: Vec::new() };
    let length: usize = seen.header("content-length").map_or(0, |length| length.parse().unwrap());
    seen.body = vec![0; length];
    reader.read_exact(&mut seen.body).ok()?;
    Some(seen)
}

fn write(stream: &mut TcpStream, reply: &Reply, at: usize) {
    let mut head = format!("HTTP/1.1 {} X\r\nConnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", reply.body.len()));
    // Whoever gave up waiting reads nothing.
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(&reply.body[..at.min(reply.body.len())]);
    let _ = stream.shutdown(Shutdown::Both);
}

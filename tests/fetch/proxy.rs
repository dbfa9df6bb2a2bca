//! The proxy that the environment names.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::doubles::{Double, fetch_command, fetched_by};
use crate::support::Folder;

/// A proxy that makes tunnels, and keeps what it was asked for.
struct Proxy {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let known = Arc::clone(&asked);
        // It ends with the process.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let known = Arc::clone(&known);
                thread::spawn(move || tunnel(client, &known));
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn tunnel(mut client: TcpStream, asked: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(client.try_clone().ok()?);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    asked.lock().unwrap().push(first.trim_end().to_owned());
    let mut line = String::new();
    while reader.read_line(&mut line).ok()? > 2 {
        line.clear();
    }
    let target = first.strip_prefix("CONNECT ")?.split(' ').next()?;
    let mut server = TcpStream::connect(target).ok()?;
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").ok()?;
    let (mut from_server, mut to_client) = (server.try_clone().ok()?, client);
    thread::spawn(move || {
        let _ = io::copy(&mut from_server, &mut to_client);
        let _ = to_client.shutdown(Shutdown::Both);
    });
    io::copy(&mut reader, &mut server).ok()?;
    server.shutdown(Shutdown::Write).ok()
}

#[test]
fn requests_go_through_it_but_for_hosts_that_need_none() {
    let list = ["ListInstancePatchStates", "--region", "cn-hangzhou"];
    for (names, is_used) in [
        (&["HTTP_PROXY"][..], true),
        (&["http_proxy"], true),
        (&["ALL_PROXY"], true),
        (&["HTTP_PROXY", "NO_PROXY"], false),
        (&[], false),
    ] {
        let (double, proxy, out) = (Double::alibaba(1), Proxy::new(), Folder::new());
        let mut command = fetch_command(&double, &list, &out);
        for name in names {
            command.env(name, if *name == "NO_PROXY" { "127.0.0.1" } else { &proxy.url });
        }
        let fetched = fetched_by(&mut command, out);
        assert_eq!(fetched.outcome.code, 0, "{names:?}: {}", fetched.outcome.stderr);
        // The double has checked that the signature is for itself, and not for the proxy.
        assert_eq!(double.seen().len(), 1, "{names:?}");
        let host = double.url().replace("http://", "");
        let expected = if is_used { vec![format!("CONNECT {host} HTTP/1.1")] } else { Vec::new() };
        assert_eq!(proxy.asked(), expected, "{names:?}");
    }
}

#[test]
fn one_that_is_not_there_is_told_and_nothing_goes_past_it() {
    let (double, out) = (Double::alibaba(1), Folder::new());
    let mut command = fetch_command(&double, &["ListInstancePatchStates", "--region", "cn-hangzhou"], &out);
    // Nobody listens on the port of a listener that is gone.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    command.env("HTTP_PROXY", format!("http://127.0.0.1:{port}"));
    let fetched = fetched_by(&mut command, out);
    assert_eq!(fetched.outcome.code, 2);
    assert!(fetched.outcome.stderr.contains("fetch.unreachable"), "{}", fetched.outcome.stderr);
    assert_eq!(double.seen().len(), 0);
}

//! The environment of a real process.

use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use probity::fetch::credentials::{Ask, AskError, Environment as _, Reply, RunError, SystemEnvironment};
use secrecy::{ExposeSecret as _, SecretString};

const SECOND: Duration = Duration::from_secs(1);

fn run(program: &str, arguments: &[&str], limit: Duration) -> Result<String, RunError> {
    let arguments: Vec<SecretString> = arguments.iter().map(|word| (*word).into()).collect();
    SystemEnvironment.run(program, &arguments, limit).map(|text| text.expose_secret().to_owned())
}

#[cfg(unix)]
#[test]
fn programs_are_run_without_a_shell() {
    assert_eq!(run("printf", &["%s|", "a b", "$HOME", "*;x"], 20 * SECOND).unwrap(), "a b|$HOME|*;x|");
    assert_eq!(run("probity-no-such-program", &[], SECOND), Err(RunError::Start));
    assert_eq!(run("sh", &["-c", "echo canary; exit 7"], 20 * SECOND), Err(RunError::Code(7)));
    assert_eq!(run("sh", &["-c", "kill -9 $$"], 20 * SECOND), Err(RunError::Signal));
    assert_eq!(run("printf", &["\\377"], 20 * SECOND), Err(RunError::Output));
    assert_eq!(run("cat", &[], 20 * SECOND).unwrap(), "", "nothing is on standard input");
}

#[cfg(unix)]
#[test]
fn programs_that_do_not_end_are_ended() {
    let limit = Duration::from_millis(200);
    for script in ["sleep 30", "sleep 30 & echo x", "exec >&-; sleep 30"] {
        let started = Instant::now();
        assert_eq!(run("sh", &["-c", script], limit), Err(RunError::Time(limit)), "{script}");
        assert!(started.elapsed() < 10 * SECOND);
    }
    assert_eq!(run("yes", &[], 20 * SECOND), Err(RunError::Output));
}

#[test]
fn files_are_texts_of_some_size() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    let read = |path: &Path| SystemEnvironment.read(path).map(|text| text.expose_secret().to_owned());
    assert_eq!(read(&path).unwrap_err().kind(), ErrorKind::NotFound);
    fs::write(&path, "ä").unwrap();
    assert_eq!(read(&path).unwrap(), "ä");
    fs::write(&path, b"canary\xff").unwrap();
    assert_eq!(read(&path).unwrap_err().to_string(), "invalid data");
    fs::write(&path, "x".repeat(1024 * 1024 + 1)).unwrap();
    assert_eq!(read(&path).unwrap_err().kind(), ErrorKind::FileTooLarge);
    assert!(read(folder.path()).is_err());
}

/// Answers one request, and gives what was asked.
fn service(answer: &'static str) -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/latest", listener.local_addr().unwrap());
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let asked = head(&mut stream);
        stream.write_all(answer.as_bytes()).unwrap();
        if answer.is_empty() {
            // Until the other side goes away.
            let _ = stream.read(&mut [0]);
        }
        asked
    });
    (address, served)
}

fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut buffer = [0; 1];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut buffer).unwrap() {
            0 => break,
            _ => head.extend(buffer),
        }
    }
    String::from_utf8(head).unwrap().to_lowercase()
}

fn ask(method: &'static str, url: &str) -> Result<(u16, String), AskError> {
    let headers = [("X-Metadata-Token", SecretString::from("t"))];
    SystemEnvironment
        .ask(&Ask { method, url, headers: &headers })
        .map(|Reply { status, body }| (status, body.expose_secret().to_owned()))
}

#[test]
fn services_are_asked_and_not_followed() {
    let (address, served) = service("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\ntoken");
    assert_eq!(ask("PUT", &address), Ok((200, "token".to_owned())));
    let asked = served.join().unwrap();
    assert!(asked.starts_with("put /latest http/1.1\r\n"), "{asked}");
    assert!(asked.contains("\r\nx-metadata-token: t\r\n"), "{asked}");
    assert!(asked.contains("\r\ncontent-length: 0\r\n"), "{asked}");

    let (address, served) = service("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(ask("GET", &address), Ok((404, String::new())));
    assert!(served.join().unwrap().starts_with("get /latest "));

    let (address, served) =
        service("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(ask("GET", &address), Ok((302, String::new())));
    served.join().unwrap();
}

#[test]
fn services_that_do_not_answer() {
    let (address, served) = service("nonsense\r\n\r\n");
    assert_eq!(ask("GET", &address), Err(AskError::Answer));
    served.join().unwrap();

    let (address, served) = service("");
    let started = Instant::now();
    assert_eq!(ask("GET", &address), Err(AskError::Time));
    assert!(started.elapsed() < 10 * SECOND);
    served.join().unwrap();

    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(ask("GET", &format!("http://{closed}/")), Err(AskError::Connection));
}

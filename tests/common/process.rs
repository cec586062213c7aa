//! Servers that end with the test, however it ends.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server; killed when it is dropped, also by a panic.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub port: u16,
    log: std::path::PathBuf,
}

impl Server {
    /// Starts a server and waits until `ready` answers with 200. Its output goes to a file, shown if it does not come up.
    pub fn start(mut command: Command, port: u16, ready: &str, log: &Path) -> Server {
        let file = std::fs::File::create(log).expect("a log file");
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("the log twice"))
            .stderr(file)
            .spawn()
            .unwrap_or_else(|e| panic!("{command:?}: {e}"));
        let mut server = Server { child, port, log: log.to_path_buf() };
        let start = Instant::now();
        while !super::http::is_ready(port, ready) {
            let ended = server.child.try_wait().expect("the state of the server");
            assert!(
                ended.is_none() && start.elapsed() < Duration::from_secs(60),
                "{command:?} did not come up ({ended:?}):\n{}",
                server.output()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }

    /// What it said so far.
    pub fn output(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! Somebody on another port, who keeps every byte that arrives and answers nothing.

use std::sync::{Arc, Mutex};

use tokio::{io::AsyncReadExt as _, net::TcpListener};

pub(crate) struct Eavesdropper {
    /// The port, for an address of the test's own making.
    pub(crate) port: u16,
    heard: Arc<Mutex<Heard>>,
}

#[derive(Clone, Default)]
pub(crate) struct Heard {
    pub(crate) connections: u32,
    pub(crate) bytes: Vec<u8>,
}

impl Eavesdropper {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let heard: Arc<Mutex<Heard>> = Arc::default();
        let listening = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((mut connection, _)) = listener.accept().await {
                let listening = Arc::clone(&listening);
                listening.lock().expect("no panic").connections += 1;
                tokio::spawn(async move {
                    let mut bytes = Vec::new();
                    while connection
                        .read_buf(&mut bytes)
                        .await
                        .is_ok_and(|read| read > 0)
                    {
                        if bytes.windows(4).any(|window| window == b"\r\n\r\n") {
                            // Whoever asks is turned away.
                            break;
                        }
                    }
                    let mut heard = listening.lock().expect("no panic");
                    heard.bytes.append(&mut bytes);
                });
            }
        });
        Self { port, heard }
    }

    pub(crate) fn heard(&self) -> Heard {
        self.heard.lock().expect("no panic").clone()
    }
}

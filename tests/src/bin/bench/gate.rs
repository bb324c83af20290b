//! A gate between a client and its backend, to cut the network off and give it back. Shut, it takes no
//! connection and ends those that are open.

use anyhow::Result;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use url::Url;

/// The gate. It is open at first.
pub(crate) struct Gate {
    url: Url,
    open: watch::Sender<bool>,
}

impl Gate {
    /// In front of a backend.
    pub(crate) async fn before(backend: &Url) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://127.0.0.1:{}", listener.local_addr()?.port()).parse()?;
        let beyond = format!("127.0.0.1:{}", backend.port_or_known_default().unwrap_or(80));
        let (open, is_open) = watch::channel(true);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (beyond, mut is_open) = (beyond.clone(), is_open.clone());
                tokio::spawn(async move {
                    tokio::select! {
                        _ = is_open.wait_for(|open| !open) => {}
                        _ = pass(near, &beyond) => {}
                    }
                });
            }
        });
        Ok(Self { url, open })
    }

    /// Where clients go.
    pub(crate) fn url(&self) -> Url {
        self.url.clone()
    }

    /// Opens or shuts it.
    pub(crate) fn set_open(&self, open: bool) {
        self.open.send_replace(open);
    }
}

async fn pass(mut near: TcpStream, beyond: &str) -> std::io::Result<()> {
    let mut far = TcpStream::connect(beyond).await?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    copy_bidirectional(&mut near, &mut far).await?;
    Ok(())
}

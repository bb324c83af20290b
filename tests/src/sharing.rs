//! One stage for several windows, each opened by a program of its own.
//!
//! Whoever comes first runs provider and backend; who comes later joins. The stage stays as long as a window of it is
//! open, whichever it is. Two files are locked, and locks end with their process, however it ends: `stage.lock` by who
//! runs the stage, `windows.lock` by every guest, shared. Who runs it leaves when nobody has the second any more.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use url::Url;

use crate::stage::{Ports, Stage};
use crate::system::make_private_folder;
use crate::wait::{LONG, until};

/// Longer than anybody leaves a window open.
const EVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A stage, run by this program or by another.
pub struct Shared {
    ports: Ports,
    /// Ends before the seat is given up.
    stage: Option<Stage>,
    seat: Seat,
}

impl Shared {
    /// Runs a stage in the folder, or joins the one that runs there.
    ///
    /// # Errors
    /// When it does not start, or the one that runs there does not become ready.
    pub async fn open(folder: &Path, ports: Ports) -> Result<Self> {
        let seat = Seat::take(folder).await?;
        if let Seat::Host(_) = seat {
            let stage = Stage::open(folder, ports).await.context(
                "the stage does not start; a demo with another --data may have its ports, as tokens hold the address",
            )?;
            return Ok(Self { ports, stage: Some(stage), seat });
        }
        let ready = ports.backend_url().join("health/ready")?;
        until("the other one's stage", LONG * 6, async || {
            Ok(reqwest::get(ready.clone()).await?.status().is_success().then_some(()))
        })
        .await?;
        Ok(Self { ports, stage: None, seat })
    }

    /// Whether this program runs it.
    pub fn is_host(&self) -> bool {
        self.stage.is_some()
    }

    /// The backend's address.
    pub fn backend(&self) -> Url {
        self.ports.backend_url()
    }

    /// Leaves; who runs the stage waits for all others first.
    ///
    /// # Errors
    /// When the locks cannot be read.
    pub async fn leave(self) -> Result<()> {
        let Self { stage, seat, .. } = self;
        seat.leave().await?;
        drop(stage);
        Ok(())
    }
}

/// A place on the stage of a folder.
enum Seat {
    Host(Locks),
    Guest(Locks),
}

/// Given up in this order.
struct Locks {
    stage: File,
    windows: File,
}

impl Seat {
    async fn take(folder: &Path) -> Result<Self> {
        // Another part of this program may have done it before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        make_private_folder(folder)?;
        let open =
            |name: &str| File::options().create(true).truncate(false).read(true).write(true).open(folder.join(name));
        until("the stage that closes", LONG, async || {
            let locks = Locks { stage: open("stage.lock")?, windows: open("windows.lock")? };
            if is_had(locks.stage.try_lock())? {
                return Ok(Some(Self::Host(locks)));
            }
            // Not to be had while whoever runs the stage closes it.
            if !is_had(locks.windows.try_lock_shared())? {
                return Ok(None);
            }
            let has_ended_meanwhile = is_had(locks.stage.try_lock())?;
            Ok((!has_ended_meanwhile).then_some(Self::Guest(locks)))
        })
        .await
    }

    /// A guest just goes; whoever runs the stage does once all guests have gone.
    async fn leave(&self) -> Result<()> {
        match self {
            Self::Host(locks) => {
                until("the last window to close", EVER, async || Ok(is_had(locks.windows.try_lock())?.then_some(())))
                    .await
            }
            Self::Guest(locks) => Ok(locks.windows.unlock()?),
        }
    }
}

/// Whether a lock is had; somebody else may have it.
fn is_had(tried: Result<(), TryLockError>) -> Result<bool> {
    match tried {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::Seat;

    #[tokio::test(start_paused = true)]
    async fn the_first_is_the_host_and_stays_until_the_last_guest_has_left() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let folder = folder.path().join("demo");
        let host = Seat::take(&folder).await.expect("a seat");
        assert!(matches!(host, Seat::Host(_)));
        let guests = [Seat::take(&folder).await.expect("a seat"), Seat::take(&folder).await.expect("a seat")];
        for guest in guests {
            assert!(matches!(guest, Seat::Guest(_)));
            let waited = timeout(Duration::from_secs(60), host.leave()).await;
            assert!(waited.is_err(), "a window is still open");
            guest.leave().await.expect("a guest just goes");
        }
        host.leave().await.expect("all have left");
        // Whoever comes while it closes waits until it has, and runs the next one.
        let late = Seat::take(&folder);
        let closing = async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            drop(host);
        };
        let (late, ()) = tokio::join!(late, closing);
        assert!(matches!(late, Ok(Seat::Host(_))));
    }
}

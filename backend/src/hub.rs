//! Tells connected event streams that something changed. Losing a hint costs latency, never correctness.

use crate::feed::Touched;
use std::sync::Arc;
use tokio::sync::broadcast;

/// The hub; clones share it.
#[derive(Clone)]
pub struct Hub {
    hints: broadcast::Sender<Arc<Touched>>,
}

impl Default for Hub {
    fn default() -> Self {
        Self { hints: broadcast::channel(1024).0 }
    }
}

impl Hub {
    /// Tells everybody who listens.
    pub fn publish(&self, touched: Touched) {
        if !touched.is_empty() {
            // No listener is no fault.
            let _ = self.hints.send(Arc::new(touched));
        }
    }

    /// Listens from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Touched>> {
        self.hints.subscribe()
    }
}

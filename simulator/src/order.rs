//! One order, from "the app is asked" to "the person has confirmed" or "it failed".
//!
//! A pure state machine: the time is passed in and nothing is sent anywhere. An order that nobody opens is renewed a few
//! times under new tokens and then fails; one that is opened must be confirmed in time. [`Order::collect`] takes the order
//! and gives it back only while it is pending, so a final status cannot be collected twice.

use std::sync::Arc;

use crate::Times;
use crate::people::Person;
use crate::provider::make_token;
use crate::qr;

/// Where the person has the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Device {
    This,
    Other,
}

/// Hint codes of a pending order, as BankID has them; a client must expect others.
pub(crate) const PENDING: [&str; 7] =
    ["outstandingTransaction", "noClient", "started", "userMrtd", "userCallConfirm", "userSign", "unknown"];
/// Hint codes of a failed order.
pub(crate) const FAILED: [&str; 9] = [
    "expiredTransaction",
    "certificateErr",
    "userCancel",
    "cancelled",
    "startFailed",
    "userDeclinedCall",
    "notSupportedByUserApp",
    "transactionRiskBlocked",
    "unknown",
];

/// An order under way.
pub(crate) struct Order {
    pub(crate) device: Device,
    times: Times,
    began: u64,
    period: u64,
    tokens: Tokens,
    stage: Stage,
    /// What it says instead of its own hint.
    forced: Option<&'static str>,
}

/// What a collect tells.
pub(crate) enum Collected {
    /// Ask again.
    Pending(Order),
    /// Final: this person confirmed.
    Complete(Arc<Person>),
    /// Final: a hint code of the failed kind.
    Failed(&'static str),
}

struct Tokens {
    autostart: String,
    qr_token: String,
    qr_secret: String,
}

enum Stage {
    Waiting,
    Opened { since: u64, person: Option<Arc<Person>> },
    Complete(Arc<Person>),
    Failed(&'static str),
}

impl Order {
    pub(crate) fn new(device: Device, times: Times, now: u64) -> Self {
        Self { device, times, began: now, period: 0, tokens: Tokens::make_new(), stage: Stage::Waiting, forced: None }
    }

    /// Status of the order; see [`Collected`].
    pub(crate) fn collect(mut self, now: u64) -> Collected {
        self.advance(now);
        match self.stage {
            Stage::Waiting | Stage::Opened { .. } => Collected::Pending(self),
            Stage::Complete(person) => Collected::Complete(person),
            Stage::Failed(hint) => Collected::Failed(hint),
        }
    }

    /// Hint code of the pending kind.
    pub(crate) fn hint(&self) -> &'static str {
        if let Some(hint) = self.forced {
            return hint;
        }
        match (&self.stage, self.device) {
            (Stage::Waiting, Device::Other) => "outstandingTransaction",
            (Stage::Waiting, Device::This) => "noClient",
            (Stage::Opened { person: None, .. }, _) => "started",
            (Stage::Opened { person: Some(_), .. }, _) => "userSign",
            (Stage::Complete(_) | Stage::Failed(_), _) => "unknown",
        }
    }

    /// What opens the app on this very order; changes when the order is renewed.
    pub(crate) fn autostart(&self) -> &str {
        &self.tokens.autostart
    }

    /// Text of the QR code at this moment.
    pub(crate) fn qr_text(&self, now: u64) -> String {
        let seconds = now.saturating_sub(self.began + self.period * self.start_within()) / 1000;
        qr::text(&self.tokens.qr_token, &self.tokens.qr_secret, seconds)
    }

    /// Lets time pass.
    pub(crate) fn advance(&mut self, now: u64) {
        match &self.stage {
            Stage::Waiting => {
                let period = now.saturating_sub(self.began) / self.start_within();
                if period > u64::from(self.times.renewals) {
                    self.stage = Stage::Failed("startFailed");
                } else if period > self.period {
                    self.period = period;
                    self.tokens = Tokens::make_new();
                }
            }
            Stage::Opened { since, .. } if now.saturating_sub(*since) >= millis(self.times.confirm_within) => {
                self.stage = Stage::Failed("expiredTransaction");
            }
            Stage::Opened { .. } | Stage::Complete(_) | Stage::Failed(_) => {}
        }
    }

    /// The app has the order on its screen.
    pub(crate) fn open(&mut self, now: u64) {
        if matches!(self.stage, Stage::Waiting) {
            self.stage = Stage::Opened { since: now, person: None };
        }
    }

    /// Whose identification the app is to use.
    pub(crate) fn choose(&mut self, chosen: Arc<Person>) {
        if let Stage::Opened { person, .. } = &mut self.stage {
            *person = Some(chosen);
        }
    }

    /// Who was chosen, while the confirmation is awaited.
    pub(crate) fn chosen(&self) -> Option<&Arc<Person>> {
        match &self.stage {
            Stage::Opened { person, .. } => person.as_ref(),
            Stage::Waiting | Stage::Complete(_) | Stage::Failed(_) => None,
        }
    }

    /// Whether the app can still act on it.
    pub(crate) fn is_pending(&self) -> bool {
        matches!(self.stage, Stage::Waiting | Stage::Opened { .. })
    }

    /// The person confirms.
    pub(crate) fn confirm(&mut self) {
        if let Some(person) = self.chosen().cloned() {
            self.stage = Stage::Complete(person);
        }
    }

    /// From now on a pending order says `hint`, or it fails with it (`failed:unknown` where both kinds have a code).
    /// False for a code that is in neither list.
    pub(crate) fn force(&mut self, hint: &str) -> bool {
        let code = hint.strip_prefix("failed:");
        let pending = PENDING.into_iter().find(|known| code.is_none() && *known == hint);
        let failed = FAILED.into_iter().find(|known| *known == code.unwrap_or(hint));
        match (pending, failed) {
            _ if !self.is_pending() => return false,
            (Some(hint), _) => self.forced = Some(hint),
            (None, Some(hint)) => self.stage = Stage::Failed(hint),
            (None, None) => return false,
        }
        true
    }

    /// The person says no.
    pub(crate) fn deny(&mut self) {
        if self.is_pending() {
            self.stage = Stage::Failed("userCancel");
        }
    }

    fn start_within(&self) -> u64 {
        millis(self.times.start_within).max(1)
    }
}

impl Tokens {
    fn make_new() -> Self {
        Self {
            autostart: make_token(),
            qr_token: uuid::Uuid::new_v4().to_string(),
            qr_secret: uuid::Uuid::new_v4().to_string(),
        }
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person() -> Arc<Person> {
        Arc::new(Person {
            id: "p-1".into(),
            given_name: "A".into(),
            family_name: "B".into(),
            number: "198401019800".into(),
            coordination_level: None,
            previous: None,
            note: String::new(),
            post: None,
        })
    }

    fn pending(collected: Collected) -> Order {
        match collected {
            Collected::Pending(order) => order,
            Collected::Complete(_) | Collected::Failed(_) => panic!("not pending"),
        }
    }

    #[test]
    fn an_unopened_order_is_renewed_five_times_and_then_fails() {
        let order = Order::new(Device::Other, Times::default(), 0);
        let first = order.autostart().to_owned();
        let order = pending(order.collect(29_999));
        assert_eq!(order.autostart(), first);
        let order = pending(order.collect(30_000));
        assert_ne!(order.autostart(), first);
        assert!(order.qr_text(30_999).contains(".0."), "seconds count from the renewal");
        assert!(order.qr_text(31_000).contains(".1."));
        let order = pending(order.collect(179_999));
        assert!(matches!(order.collect(180_000), Collected::Failed("startFailed")));
    }

    #[test]
    fn an_opened_order_follows_the_hints_and_completes() {
        let mut order = Order::new(Device::Other, Times::default(), 0);
        assert_eq!(order.hint(), "outstandingTransaction");
        order.open(1000);
        assert_eq!(order.hint(), "started");
        order.confirm();
        assert!(order.is_pending(), "nobody was chosen");
        order.choose(person());
        assert_eq!(order.hint(), "userSign");
        let mut order = pending(order.collect(60_000));
        order.confirm();
        order.deny();
        assert!(matches!(order.collect(60_000), Collected::Complete(_)), "what is final stays");
    }

    #[test]
    fn an_opened_order_that_is_not_confirmed_expires() {
        let mut order = Order::new(Device::This, Times::default(), 0);
        assert_eq!(order.hint(), "noClient");
        order.open(1000);
        let order = pending(order.collect(180_999));
        assert!(matches!(order.collect(181_000), Collected::Failed("expiredTransaction")));
    }

    #[test]
    fn every_hint_can_be_forced_and_no_other() {
        for hint in PENDING {
            let mut order = Order::new(Device::Other, Times::default(), 0);
            assert!(order.force(hint));
            assert_eq!(pending(order.collect(0)).hint(), hint);
        }
        for hint in FAILED {
            let mut order = Order::new(Device::Other, Times::default(), 0);
            assert!(order.force(&format!("failed:{hint}")) && !order.force("started"), "what is final stays");
            assert!(matches!(order.collect(0), Collected::Failed(failed) if failed == hint));
        }
        let mut order = Order::new(Device::Other, Times::default(), 0);
        assert!(!order.force("somethingNew") && !order.force("failed:started"));
    }

    #[test]
    fn denying_is_a_cancel() {
        let mut order = Order::new(Device::This, Times::default(), 0);
        order.open(0);
        order.deny();
        assert!(matches!(order.collect(0), Collected::Failed("userCancel")));
    }
}

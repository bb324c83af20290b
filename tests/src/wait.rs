//! Waiting for a condition with a limit. The only place that lets time pass.

use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use tokio::time::{Instant, sleep, timeout};

const BETWEEN: Duration = Duration::from_millis(20);

/// Long enough for anything on a machine that is busy with other things.
pub const LONG: Duration = Duration::from_secs(30);

/// Asks again and again until there is an answer; an error counts as none, and the last one is told when
/// the time is over.
///
/// # Errors
/// When there is no answer within the limit.
pub async fn until<T>(what: &str, limit: Duration, mut ask: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let end = Instant::now() + limit;
    loop {
        // What is asked may itself never answer.
        let answer = timeout(limit, ask()).await.unwrap_or_else(|_| Err(anyhow!("no answer at all")));
        if let Ok(Some(answer)) = answer {
            return Ok(answer);
        }
        if Instant::now() >= end {
            let seconds = limit.as_secs_f64();
            match answer {
                Err(error) => return Err(error.context(format!("waited {seconds} s for: {what}"))),
                Ok(_) => bail!("waited {seconds} s for: {what}"),
            }
        }
        sleep(BETWEEN).await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use anyhow::bail;

    use super::until;

    #[tokio::test]
    async fn an_error_on_the_way_is_no_end() {
        let mut asked = 0;
        let answer = until("three", Duration::from_secs(5), async || {
            asked += 1;
            if asked < 3 { bail!("not yet") } else { Ok(Some(asked)) }
        })
        .await;
        assert_eq!(answer.expect("in time"), 3);
    }

    #[tokio::test]
    async fn a_question_without_an_answer_does_not_outlast_the_limit() {
        let answer = until::<()>("word", Duration::from_millis(1), async || std::future::pending().await).await;
        assert!(answer.is_err());
    }

    #[tokio::test]
    async fn the_limit_holds_and_says_for_what() {
        let answer = until::<()>("a miracle", Duration::from_millis(1), async || Ok(None)).await;
        assert!(answer.expect_err("too late").to_string().contains("a miracle"));
    }
}

//! What is left after a panic: I4 and I5.

use std::sync::atomic::Ordering::SeqCst;

use bindery_auth::AuthError;

use crate::{
    fleet::Fleet,
    script::{Script, Turn},
    stage::Stage,
};

/// I4: a panic or the end of the runtime is `Stopped` for those who wait, and the next call works.
#[tokio::test]
async fn i04_a_panic_in_a_request_is_an_error_and_the_next_call_works() {
    let stage = Stage::new(Script::new([Turn::Panic]));
    let error = stage.ready().await.expect_err("it panicked");
    assert!(matches!(error, AuthError::Stopped { .. }), "{error:?}");
    assert_eq!(stage.ready().await.expect("a token"), 1);
}

/// I4: a panic or the end of the runtime is `Stopped` for those who wait, and the next call works.
#[tokio::test]
async fn i04_a_panic_in_the_store_is_an_error_and_the_next_call_works() {
    let fleet = Fleet::new(Script::new([]));
    fleet.store.moods.panics.store(true, SeqCst);
    let source = fleet.source();
    let error = source.ready().await.expect_err("it panicked");
    assert!(matches!(error, AuthError::Stopped { .. }), "{error:?}");
    fleet.store.moods.panics.store(false, SeqCst);
    source.ready().await.expect("a token");
}

/// I4: a panic or the end of the runtime is `Stopped` for those who wait, and the next call works.
#[test]
fn i04_a_runtime_that_shuts_down_takes_no_token_source_with_it() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
    };
    let stage = Stage::new(Script::new([Turn::Hang]));
    let first = runtime();
    first.block_on(async {
        let source = stage.source.clone();
        tokio::spawn(async move { source.ready().await });
        stage.script.begun().await;
    });
    drop(first);
    assert_eq!(runtime().block_on(stage.ready()).expect("a token"), 1);
    assert_eq!(stage.calls(), 2);
}

/// I4: a panic or the end of the runtime is `Stopped` for those who wait, and the next call works.
#[test]
fn i04_without_a_runtime_there_is_an_error_and_no_panic() {
    let stage = Stage::new(Script::new([]));
    let mut ready = Box::pin(stage.ready());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let polled = std::future::Future::poll(ready.as_mut(), &mut context);
    assert!(
        matches!(
            polled,
            std::task::Poll::Ready(Err(AuthError::Stopped { .. }))
        ),
        "{polled:?}"
    );
}

//! Faults below HTTP.

use bindery_sandbox::Sandbox;
use bindery_sandbox::faults::{Connections, Fault, Provider, Rule};
use tokio::time::timeout;

use crate::scene::{End, PATIENCE, Scene, hear, until};

#[tokio::test]
async fn a_refused_connection_is_reset_before_a_byte_is_read_and_the_next_one_served() {
    let scene = Scene::start().await;
    let rule = scene.add(Rule::new(Fault::Refuse).times(2));
    // With nothing sent there is nothing but the rule that could cause the reset.
    for request in [String::new(), scene.set("k")] {
        let heard = hear(&mut scene.send(&request).await).await;
        assert_eq!((heard.end, heard.bytes.len()), (End::Reset, 0));
    }
    assert_eq!(scene.block().await.status(), 200);
    assert_eq!(scene.writes("k"), 0);
    assert_eq!(scene.invocations(), 0);
    let faults = scene.sandbox.faults();
    assert_eq!(faults.struck(rule), Some(2));
    let connections = faults.connections(Provider::AlibabaBaas);
    let expected = Connections {
        accepted: 1,
        refused: 2,
    };
    assert_eq!(connections, expected);
}

#[tokio::test]
async fn a_connection_ends_as_asked_before_any_answer_and_nothing_is_carried_out() {
    let scene = Scene::start().await;
    for (fault, end) in [(Fault::close(), End::Closed), (Fault::reset(), End::Reset)] {
        scene.sandbox.faults().clear();
        scene.add(Rule::new(fault));
        let heard = hear(&mut scene.send(&scene.set("k")).await).await;
        assert_eq!((heard.end, heard.bytes.len()), (end, 0));
    }
    assert_eq!(scene.writes("k"), 0);
    assert_eq!(scene.invocations(), 2);
}

#[tokio::test]
async fn a_response_can_be_lost_after_the_write_was_done() {
    let scene = Scene::start().await;
    for (fault, end) in [(Fault::close(), End::Closed), (Fault::reset(), End::Reset)] {
        scene.sandbox.faults().clear();
        scene.add(Rule::new(fault).after());
        let heard = hear(&mut scene.send(&scene.set("k")).await).await;
        assert_eq!((heard.end, heard.bytes.len()), (end, 0));
    }
    assert_eq!(scene.writes("k"), 2);
    let journal = scene.sandbox.faults().journal();
    assert_eq!(journal[0].seen, 2);
    assert!(journal[0].answered.is_empty());
}

#[tokio::test]
async fn a_connection_ends_in_the_middle_of_a_body_after_the_bytes_asked_for() {
    let scene = Scene::start().await;
    for asked in [0, 1, 17, u64::MAX] {
        let after_bytes = Some(asked);
        for (fault, end) in [
            (Fault::Close { after_bytes }, End::Closed),
            (Fault::Reset { after_bytes }, End::Reset),
        ] {
            scene.sandbox.faults().clear();
            scene.add(Rule::new(fault));
            let heard = hear(&mut scene.send(&scene.set("k")).await).await;
            assert_eq!(heard.end, end, "{asked}");
            let text = String::from_utf8(heard.bytes).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
            let (_, rest) = head.split_once("content-length: ").unwrap();
            let announced = rest.lines().next().unwrap();
            let announced: usize = announced.parse().unwrap();
            let expected = usize::try_from(asked).unwrap().min(announced - 1);
            assert_eq!(body.len(), expected, "{asked}");
        }
    }
    assert_eq!(scene.writes("k"), 8);
}

#[tokio::test]
async fn a_hanging_request_is_never_answered_holds_up_no_other_and_ends_with_the_sandbox() {
    for (rule, written) in [
        (Rule::new(Fault::Hang).times(1), 0),
        (Rule::new(Fault::Hang).times(1).after(), 1),
    ] {
        let scene = Scene::start().await;
        let id = scene.add(rule.method("POST"));
        let mut hanging = scene.send(&scene.set("k")).await;
        until(|| scene.sandbox.faults().struck(id) == Some(1)).await;
        assert_eq!(scene.block().await.status(), 200);
        if written > 0 {
            until(|| scene.writes("k") == written).await;
        }
        let shutdown = timeout(PATIENCE, async {
            let written = scene.writes("k");
            scene.sandbox.shutdown().await;
            written
        });
        assert_eq!(shutdown.await.unwrap(), written);
        let heard = hear(&mut hanging).await;
        assert_eq!((heard.end, heard.bytes.len()), (End::Closed, 0));
    }
}

#[tokio::test]
async fn a_delayed_request_is_carried_out_though_its_caller_has_gone() {
    let scene = Scene::start().await;
    let id = scene.add(Rule::new(Fault::Delay { ms: 300 }));
    let stream = scene.send(&scene.set("k")).await;
    until(|| scene.sandbox.faults().struck(id) == Some(1)).await;
    drop(stream);
    until(|| scene.writes("k") == 1).await;
}

#[tokio::test]
async fn a_delay_does_not_hold_up_the_shutdown() {
    let scene = Scene::start().await;
    let id = scene.add(Rule::new(Fault::Delay { ms: 3_600_000 }));
    let mut stream = scene.send(&scene.set("k")).await;
    until(|| scene.sandbox.faults().struck(id) == Some(1)).await;
    let shutdown = timeout(PATIENCE, scene.sandbox.shutdown());
    shutdown.await.unwrap();
    assert!(hear(&mut stream).await.bytes.is_empty());
}

#[tokio::test]
async fn a_web_socket_is_cut_before_its_upgrade_and_works_again_after() {
    use tokio_tungstenite::connect_async;
    let scene = Scene::start().await;
    let access = scene.sandbox.alibaba_baas();
    let url = format!(
        "{}/networks/channel3/events/subscribe?access_token={}",
        access.url.replace("http://", "ws://"),
        access.access_token
    );
    scene.add(Rule::new(Fault::reset()).path("*/subscribe").times(1));
    scene.add(
        Rule::new(Fault::reset())
            .path("*/subscribe")
            .times(1)
            .after(),
    );
    assert!(connect_async(&url).await.is_err());
    assert!(connect_async(&url).await.is_err());
    // A delay leaves the upgrade what it is.
    scene.add(Rule::new(Fault::Delay { ms: 1 }).path("*/subscribe"));
    assert!(connect_async(&url).await.is_ok());
}

#[tokio::test]
async fn without_an_admin_port_there_is_none() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    assert_eq!(sandbox.admin_url(), None);
}

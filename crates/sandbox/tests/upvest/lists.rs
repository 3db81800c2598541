//! Lists in pages.

use serde_json::{Value, json};
use url::Url;

use crate::client::{Tenant, quick};

/// The path below `/1.0` that a link names.
fn path_of(link: &Value) -> Option<String> {
    let url = Url::parse(link.as_str()?).expect("a URL");
    assert_eq!(url.scheme(), "http");
    let path = url.path().strip_prefix("/1.0").expect("a path of the API");
    Some(format!("{path}?{}", url.query().expect("a cursor")))
}

fn names(page: &Value) -> Vec<String> {
    let users = page["results"].as_array().expect("a list").clone();
    users
        .iter()
        .map(|user| user["username"].as_str().expect("a name").to_owned())
        .collect()
}

async fn add_users(tenant: &Tenant, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let username = format!("user {number:02}");
        // Raw, because the recovery kit's QR code takes longer than everything else.
        let body = json!({"username": username, "password": "pa55", "raw": true});
        tenant.post("/tenancy/users/", &body).await.json(201);
    }
}

#[tokio::test]
async fn following_next_tells_everything_once_even_while_more_comes_in() {
    let tenant = Tenant::start(quick()).await;
    add_users(&tenant, 0..25).await;
    let (mut told, mut sizes, mut added) = (Vec::new(), Vec::new(), 25);
    let mut path = Some("/tenancy/users/".to_owned());
    while let Some(next) = path {
        let page = tenant.get(&next).await.json(200);
        sizes.push(names(&page).len());
        told.extend(names(&page));
        path = path_of(&page["next"]);
        add_users(&tenant, added..added + 1).await;
        added += 1;
    }
    let expected: Vec<_> = (0..27).map(|number| format!("user {number:02}")).collect();
    assert_eq!(told, expected);
    assert_eq!(sizes, [10, 10, 7]);
}

#[tokio::test]
async fn previous_leads_back_and_page_size_is_kept_in_links() {
    let tenant = Tenant::start(quick()).await;
    add_users(&tenant, 0..7).await;
    let first = tenant.get("/tenancy/users/?page_size=3").await.json(200);
    assert_eq!(first["previous"], Value::Null);
    let second = path_of(&first["next"]).expect("there is more");
    let second = tenant.get(&second).await.json(200);
    assert_eq!(names(&second), ["user 03", "user 04", "user 05"]);
    let back = path_of(&second["previous"]).expect("there was more");
    let back = tenant.get(&back).await.json(200);
    assert_eq!(names(&back), names(&first));
    assert_eq!(back["previous"], Value::Null);
    assert_eq!(
        names(
            &tenant
                .get(&path_of(&back["next"]).expect("more"))
                .await
                .json(200)
        ),
        names(&second)
    );
}

#[tokio::test]
async fn bad_sizes_count_as_left_out_and_bad_cursors_are_404() {
    let tenant = Tenant::start(quick()).await;
    add_users(&tenant, 0..12).await;
    for size in ["-1", "0", "wrong", "undefined", ""] {
        let page = tenant
            .get(&format!("/tenancy/users/?page_size={size}"))
            .await
            .json(200);
        assert_eq!(names(&page).len(), 10, "{size}");
    }
    let all = tenant.get("/tenancy/users/?page_size=1000").await.json(200);
    assert_eq!(names(&all).len(), 12);
    for cursor in ["-1", "0", "10", "wrong"] {
        let refused = tenant
            .get(&format!("/tenancy/users/?cursor={cursor}"))
            .await;
        assert_eq!(refused.reason(404).1, "invalidCursor", "{cursor}");
    }
    let published = "cD0yMDE5LTAyLTEyKzEzJTNBNDElM0E0NC40MzE2MDklMkIwMCUzQTAw";
    let later = tenant
        .get(&format!("/tenancy/users/?cursor={published}"))
        .await
        .json(200);
    assert_eq!(names(&later).len(), 10);
    assert_eq!(
        names(&tenant.get("/tenancy/users/?cursor=").await.json(200)).len(),
        10
    );
}

#[tokio::test]
async fn assets_are_the_recorded_ones_with_arweave_first() {
    let tenant = Tenant::start(quick()).await;
    let user = tenant.user("jane", &[]).await;
    let assets = tenant.get("/assets/").await.json(200);
    let arweave = json!({
        "id": "51bfa4b5-6499-5fe2-998b-5fb3c9403ac7", "name": "Arweave (internal testnet)",
        "symbol": "AR", "exponent": 12, "protocol": "arweave_testnet",
        "metadata": {"genesis": "AX7fqNywVSYFBjqMiAApi1KOjAz-7JvMoFXAewyabWD1Jk2KdzFroYsqUpxSa0hh"},
    });
    assert_eq!(assets["results"][0], arweave);
    assert_eq!(user.get("/assets/").await.json(200), assets);
    for asset in assets["results"].as_array().expect("a list") {
        let path = format!("/assets/{}", asset["id"].as_str().expect("an id"));
        assert_eq!(&tenant.get(&path).await.json(200), asset);
        assert_eq!(&user.get(&path).await.json(200), asset);
    }
    assert_eq!(
        tenant
            .get("/assets/00000000-0000-0000-0000-000000000000")
            .await
            .status,
        404
    );
    assert_eq!(tenant.get("/assets/x").await.status, 404);
}

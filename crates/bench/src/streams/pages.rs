//! A long list, item by item.

use std::{error::Error, hint::black_box};

use bindery_auth::upvest::{ApiKey, OAuthClient, Tenant};
use bindery_upvest::Environment;

use super::{
    process::{Marks, taken},
    service::{PAGE, Service},
};
use crate::{
    figure::Figure,
    part::Part,
    report::{Effort, Outcome},
    sheet::Sheet,
};

/// The part that reads items, as many as its last argument says, which is all there are, and says what that took.
///
/// # Errors
///
/// When an argument is wrong, or an item is missing.
pub fn follow(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [url, all] = arguments else {
        return Err("it takes a URL, and the number of items".into());
    };
    let all: u64 = all.parse()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let tenant = Tenant::new(
            Environment::custom_over_plain_http(url)?,
            ApiKey::new("key", "secret", "passphrase"),
            OAuthClient::new("id", "secret"),
        )?;
        let client = tenant.user("Jane", "her password", ["read"])?;
        let list = client.kms_wallet_list().cursor(format!("0of{all}"));
        let mut items = list.page_size(i32::try_from(PAGE)?).items();
        let mut marks = Marks::new(all);
        while marks.more()? {
            match items.next().await {
                Some(item) => drop(black_box(item?)),
                None => return Err("the list ended early".into()),
            }
        }
        if items.next().await.is_some() {
            return Err("the list does not end".into());
        }
        Ok(marks.say()?)
    })
}

pub(super) fn report(sheet: &mut Sheet<'_>, effort: Effort, service: &Service) -> Outcome {
    let items = effort.of(100_000, 1000);
    let program = std::env::current_exe()?;
    let part = Part::of(program, "pages").with(service.url());
    let before = service.pages();
    let taken = taken(&part, items)?;
    let requests = (service.pages() - before) as f64;
    let pages = items.div_ceil(PAGE) as f64;
    sheet.write(&Figure::at_most(
        "streams.pages.requests",
        requests,
        "requests",
        pages,
    ))?;
    let time = taken.nanoseconds_each / 1e3;
    sheet.write(&Figure::informing("streams.pages.time", time, "µs"))?;
    taken.flat(sheet, "streams.pages.memory")
}

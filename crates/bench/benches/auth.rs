//! The times of the report `auth`, in detail: `cargo bench -p bindery-bench --bench auth`.

use std::{hint::black_box, time::Instant};

use bindery_bench::{
    auth::{
        call::{Callers, Case, Side},
        hit::Hit,
    },
    part::Part,
};
use criterion::{Criterion, criterion_group, criterion_main};
use tokio::runtime::{Builder, Runtime};

fn runtime() -> Runtime {
    let mut runtime = Builder::new_current_thread();
    runtime.enable_all().build().expect("a runtime")
}

/// A token that is there and fresh, beside the clock that it is held against.
fn hit(criterion: &mut Criterion) {
    let mut hit = runtime().block_on(Hit::new()).expect("a token");
    let mut group = criterion.benchmark_group("hit");
    group.bench_function("clock", |bencher| {
        bencher.iter(|| black_box(Instant::now()))
    });
    group.bench_function("look_up", |bencher| bencher.iter(|| hit.look_up()));
    group.bench_function("authorize", |bencher| bencher.iter(|| hit.authorize()));
    group.finish();
}

/// Each call, generated and by hand, over loopback.
fn call(criterion: &mut Criterion) {
    let service = Part::of(env!("CARGO_BIN_EXE_bindery-bench"), "service");
    let service = service.start().expect("a service");
    let runtime = runtime();
    let callers = Callers::new(service.said()).expect("callers");
    for case in Case::ALL {
        let mut group = criterion.benchmark_group(format!("call/{}", case.name()));
        for side in Side::ALL {
            group.bench_function(side.name(), |bencher| {
                bencher
                    .to_async(&runtime)
                    .iter(async || callers.call(case, side).await.expect("an answer"));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, hit, call);
criterion_main!(benches);

//! The same input gives the same bytes. Fresh processes are held to it in `operator/tests`.

use futures_executor::block_on;
use proptest::{collection::vec, prelude::*};
use sluicegate_core::{kind::Ctx, settings::Settings, systems::rivven::cluster::Cluster};
use sluicegate_effects::plan;

use crate::{
    acts::act,
    cases,
    edits::moves,
    regressions,
    world::{Rig, cluster, plain},
};

proptest! {
    #![proptest_config(cases(24, regressions!("bytes")))]

    #[test]
    fn a_plan_made_a_hundred_times_is_the_same_to_the_byte(all in vec(moves(), 1..8)) {
        let rig = Rig::new();
        rig.memory.load(vec![cluster(&plain(3))]);
        for one in &all {
            act(&rig, &one.edit);
            rig.round();
            (0..one.ticks).for_each(|_| drop(rig.memory.tick()));
        }
        let Some(resource) = rig.cluster() else { return Ok(()) };
        let Ok(resource) = serde_json::from_value(resource) else { return Ok(()) };
        let settings = Settings::default();
        let ctx = Ctx::new(rig.memory.now(), &settings);
        let made = || {
            let (made, _) = block_on(plan::<Cluster, _>(&rig.memory, &ctx, &resource)).unwrap();
            format!("{made:?}")
        };
        let first = made();
        for _ in 0..100 {
            prop_assert_eq!(made(), first.clone());
        }
    }
}

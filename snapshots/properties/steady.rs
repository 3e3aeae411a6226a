//! At rest nothing is written: the plan after a plan is empty.

use proptest::{collection::vec, prelude::*};

use crate::{
    acts::act,
    cases,
    edits::spec,
    live, regressions,
    world::{Rig, plain},
};

proptest! {
    #![proptest_config(cases(32, regressions!("steady")))]

    #[test]
    fn once_a_plan_is_carried_out_the_next_is_empty_and_stays_so(
        replicas in 1..5_u32,
        edits in vec(spec(), 0..6),
    ) {
        let rig = Rig::settled(&plain(replicas));
        edits.iter().for_each(|edit| act(&rig, edit));
        prop_assert!(rig.rest().is_some(), "it never comes to rest\n{}", rig.story());
        let before = live::children(&rig);
        rig.memory.reset_counts();
        for _ in 0..50 {
            prop_assert!(!rig.round(), "it plans at rest\n{}", rig.story());
            rig.memory.tick();
        }
        prop_assert_eq!(rig.memory.counts().writes(), 0);
        prop_assert_eq!(live::children(&rig), before);
        prop_assert_eq!(rig.alarmed(), None);
    }
}

//! Claims, held against a map.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::node::table::claims::{Claim, Claims};
use crate::protocol::{Holding, NodeId};
use std::sync::Arc;

proptest! {
    #[test]
    fn they_are_a_map(words in prop::collection::vec((0..6_u64, any::<bool>(), any::<bool>()), 0..40)) {
        let mut claims = Claims::default();
        let mut map = BTreeMap::new();
        for (node, says, current) in words {
            let claim = Claim {
                holding: Holding::Replica,
                current,
                draining: false,
                looks: None,
                facts: Arc::default(),
                account: None,
            };
            match says {
                true => map.insert(NodeId(node), claim.clone()),
                false => map.remove(&NodeId(node)),
            };
            claims.set(NodeId(node), says.then_some(claim));
            prop_assert!(claims.iter().eq(map.iter().map(|(node, claim)| (*node, claim))));
            prop_assert_eq!(claims.is_empty(), map.is_empty());
            for node in (0..6).map(NodeId) {
                prop_assert_eq!(claims.get(node), map.get(&node));
                prop_assert_eq!(claims.has(node), map.contains_key(&node));
            }
        }
    }
}

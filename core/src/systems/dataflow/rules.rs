//! The rules by which flows are changed, held back and refused.

use crate::rule::{Rule, rules};

rules! {
    /// All of them.
    pub RULES;

    FLW_50 = "FLW-50":
        "A secret that is written down is passed on to nobody",
        "Whoever may read flows could read it, and it would stand in a ConfigMap. A new flow does \
         not start, a running one is left as it is.",
        "Move it into a Secret, kubectl create secret generic NAME --from-literal=KEY=VALUE, and \
         write KEYSecretRef: {name: NAME, key: KEY} in its place.";
    FLW_51 = "FLW-51":
        "A processor reads its flow when it starts",
        "A change of the flow, or of its image, starts it anew. It ends what it has begun first, \
         and goes on where it was: a record that was on its way may arrive twice.",
        "";
    FLW_52 = "FLW-52":
        "How far a flow is belongs to its processor",
        "The ConfigMap of its checkpoint is made once; the operator looks whether it is there, and \
         neither keeps what is in it nor changes it nor takes it away. It goes with the flow. One \
         that somebody else made is not used.",
        "Delete the other ConfigMap if nothing needs it, give the flow another name, or set \
         spec.checkpointPersistence to false.";
    FLW_53 = "FLW-53":
        "The strategy of a Deployment is taken over before it is changed",
        "Kubernetes refuses Recreate beside settings of a rolling update, and lets us take away \
         only what we have applied ourselves.",
        "";
    FLW_54 = "FLW-54":
        "Other rows may be read from the place where the flow was in those of before",
        "The checkpoint says how far the flow is, not in what. Rows of another table, query or \
         order that stand before that place are passed over. What a Secret says is not looked at: \
         another one may say the same, and then nothing is.",
        "Give the flow another name: it begins at the first row. Or delete its checkpoint, the \
         ConfigMap dataflow-NAME-checkpoint, while replicas is 0.";
    FLW_55 = "FLW-55":
        "A flow that knows no place begins at the first record again",
        "Another consumer group has read nothing yet, and a polled source without a checkpoint \
         reads everything at each start. What was written before arrives once more.",
        "";
}

//! The rules of Rivven that decide on what was seen. Those that one object can be judged by stand
//! in each kind's `checks` and in its definition.

use crate::rule::{Rule, rules};

rules! {
    /// All of them, in the order of their ids.
    pub(crate) RULES;

    BUD_01 = "BUD-01":
        "A budget that never allows a restart is refused",
        "With it no pod could ever be moved: neither by a roll nor by draining a node.",
        "Leave podDisruptionBudget out (one broker may be down at a time), or allow at least one.";
    CON_51 = "CON-51":
        "A worker is started anew when what it was started from has changed",
        "The program reads its file once. The old worker has ended before the new one starts, so \
         that no connector runs twice; for some seconds none of them runs.",
        "";
    CON_52 = "CON-52":
        "Encryption that the cluster cannot provide is refused, never met by less",
        "The release of the brokers speaks no TLS. No worker is started, and one that runs is left \
         as it is.",
        "Set tls.enabled to false and keep strangers out with a NetworkPolicy, or run a release \
         of the brokers that can.";
    CON_53 = "CON-53":
        "A connector that asks for what the program cannot do does not start",
        "Without it other records would arrive, or others could read them. The other connectors \
         run.",
        "Leave out what it cannot do, if the connector is any use without it, or use another one; \
         `sluicegate explain connector NAME` says what it does.";
    CON_54 = "CON-54":
        "A secret that is written down is not used",
        "It stands in the resource, where everybody reads it who may read resources. The connector \
         does not start until it is a reference; the other connectors run.",
        "kubectl create secret generic NAME --from-literal=KEY=VALUE, name it in configSecretRef, \
         and write ${secret:KEY}; then change the secret, for it has been told.";
    CON_55 = "CON-55":
        "Topics that a sink's patterns stand for are looked up, and those that come are joined",
        "The release takes their names as they are written. A topic that comes after the first \
         start is read from its first record. For one that comes the worker is started anew, but \
         not within ten minutes of its last start.",
        "Start the operator with --rivven-join-after to have it sooner or later.";
    CON_56 = "CON-56":
        "A source that comes to an end runs once, in a Job of its own",
        "The program ends with the first of its sources that has made all of its records, and all \
         other connectors in it would end too and be started again. The Job stays as the sign that \
         the source is through: it runs again when its keys change or the Job is deleted. One that \
         fails before begins anew.",
        "";
    CON_57 = "CON-57":
        "A source that does not know how far it has come loses what changes while it is away",
        "The release keeps no position in the log of a database. Whenever the worker starts, a \
         mysql-cdc begins where the log is just then.",
        "Set binlogFilename, and binlogPosition: it begins there at each start, and brings what \
         follows again. Its readers have to bear the same record twice.";
    CON_58 = "CON-58":
        "A connector runs on one worker at a time",
        "The program would do every record twice, and a replication slot serves one. A connector \
         that moves starts on its new worker when no pod of another one has it any more.",
        "";
    CON_59 = "CON-59":
        "A sink starts when its topics are there, and anew when they have other partitions",
        "The release asks once how many partitions a topic has. Of one that is not there yet it \
         reads the first only. A partition that the sink has not read before is begun at \
         startOffset: with latest, what was written there until then is skipped.",
        "Create the topics first, or set startOffset to earliest.";
    CON_60 = "CON-60":
        "A connector that keeps its worker from starting gets a worker of its own",
        "A Secret or a key that is not there, and a value that breaks the file, would stop all \
         connectors of the worker. Where the program does not take the file, each connector with \
         values from Secrets is a suspect. There it is tried again and again, and it stays there \
         until its keys change.",
        "Create what is missing, or change the value in the Secret and then the annotation \
         sluicegate/restart-connector.";
    CON_61 = "CON-61":
        "A sink goes on where its consumer group is, whatever startOffset says",
        "startOffset counts for partitions that the group has not read yet.",
        "Give it another consumerGroup to have it begin there.";
    CON_62 = "CON-62":
        "Another consumer group brings again what was read",
        "It has read nothing yet and begins with the earliest record, as startOffset says. What \
         the group before has brought comes once more.",
        "Keep consumerGroup to go on where the sink is.";
    CON_63 = "CON-63":
        "Who begins elsewhere may pass over what was not read",
        "Another consumer group begins at startOffset: with latest, or a time, what was written \
         before and not read yet never comes. A mysql-cdc begins at binlogFilename and \
         binlogPosition: what stands before never comes.",
        "Keep consumerGroup, or set startOffset to earliest: then what was read comes again. Set \
         binlogPosition to a place that was read.";
    DEL_01 = "DEL-01":
        "Under deletionPolicy Delete brokers stop first and their claims go last",
        "A claim that is deleted while its StatefulSet exists is made again, empty.",
        "";
    DEL_02 = "DEL-02":
        "Only claims made for this very resource are deleted",
        "A claim carries the uid of the resource it was made for. One of an earlier resource of \
         the same name is kept and an event names it.",
        "Delete such claims by hand once nothing in them is needed.";
    REG_51 = "REG-51":
        "A registry that holds schemas is not started anew without leave",
        "The release keeps schemas in memory: they are gone when its pod stops, and their ids are \
         given to others. What was deleted counts too, because its id still leads to it.",
        "Have them in a file: sluicegate export schemas NAME -n NAMESPACE > schemas.json. Let them \
         go, with no client before they are back: kubectl annotate -n NAMESPACE \
         rivvenschemaregistry NAME sluicegate/skip-gate=schemas-kept sluicegate/keep-closed=true. \
         Bring them back: sluicegate import schemas NAME -n NAMESPACE -f schemas.json, and take \
         both annotations off.";
    REG_52 = "REG-52":
        "Security that the registry cannot provide is refused, never met by less",
        "The release asks nobody who they are and speaks no TLS. No registry is started, and one \
         that runs is left as it is.",
        "Set auth.enabled and tls.enabled to false and keep strangers out with a NetworkPolicy.";
    REG_53 = "REG-53":
        "What is asked for is set each time the registry has started, and clients come after that",
        "The release begins with BACKWARD whatever it is told. Its pod is ready when everything is \
         in force: the context sluicegate, made last, is the sign, and goes with the memory. The \
         ConfigMap without which its container does not start goes just before: a process that \
         ends is not started again where clients find it, but as another pod. One that ends while \
         no operator runs, or while it is paused, waits.",
        "An event Unjudged tells how many schemas came in all the same: over the headless Service, \
         or because the kubelet does not watch ConfigMaps (its \
         configMapAndSecretChangeDetectionStrategy is not Watch). See that they are compatible.";
    ROL_01 = "ROL-01":
        "A pod is restarted when what it was started from has changed, one at a time",
        "The StatefulSet never restarts a pod by itself (OnDelete). The first one is restarted \
         when the spec has not changed for 5 s, but at most a minute after its first change; the \
         next one when every broker is ready and healthy again.",
        "";
    ROL_02 = "ROL-02":
        "The broker that serves is restarted last",
        "Clients move once at most. Where no other broker can serve, the restart is called \
         unavailable. One that does not answer the operator goes before: the others wait for its \
         answer.",
        "";
    ROL_03 = "ROL-03":
        "A broken pod that is out of date is repaired before all others",
        "It serves nobody, so replacing it takes nothing away, and waiting for it to become ready \
         would wait for ever.",
        "";
    ROL_04 = "ROL-04":
        "A pod that carries sluicegate/restart is restarted",
        "By the same gates as any other restart.",
        "";
    SCA_01 = "SCA-01":
        "Brokers are added while the others run",
        "",
        "";
    SCA_02 = "SCA-02":
        "The highest broker is removed when it holds nothing",
        "No release moves topics between brokers, so what a removed broker holds is out of reach. \
         Its claim is kept.",
        "Delete its topics, or copy what they hold to another broker, before scaling down.";
    SEC_01 = "SEC-01":
        "Security that the release cannot provide is refused, never met by less",
        "The release can neither encrypt its client port nor tell its users apart. A new cluster \
         gets no brokers, a running one is left as it is.",
        "Set tls.enabled and auth.enabled to false and keep strangers out with a NetworkPolicy, or \
         run a release that can.";
    STO_01 = "STO-01":
        "Claims grow while their brokers run",
        "The storage driver grows the volume and its file system under a running pod.",
        "";
    STO_02 = "STO-02":
        "A claim is never made smaller than what exists",
        "No storage driver shrinks a volume.",
        "Set spec.storage.size to what exists, or move the topics to a new cluster.";
    STO_03 = "STO-03":
        "Storage class and access modes of existing claims are final",
        "Kubernetes cannot move a volume from one class to another.",
        "Set the field back, or move the topics to a new cluster.";
    STO_04 = "STO-04":
        "A StatefulSet whose claim template has changed is made anew around its pods",
        "Claim templates are immutable. The old one is deleted and its pods and claims stay; the \
         new one takes them over. No pod is stopped.",
        "";
    STO_05 = "STO-05":
        "Claims of a class that does not grow are left as they are",
        "allowVolumeExpansion of the StorageClass is not true, the class has been deleted, or the \
         claim has none.",
        "Set spec.storage.size back, or allow the class to expand if its driver can.";
    STO_06 = "STO-06":
        "A growth that has not happened yet is taken back to more than what exists only",
        "Kubernetes takes a request that is lowered to exactly what the claim has for one that \
         shrinks it, and refuses it.",
        "Set spec.storage.size to a little more than what exists: the claim grows by no more.";
    STO_07 = "STO-07":
        "A pod is not stopped while its data would go with it",
        "A claim that is being deleted lives on for as long as its pod; one that has lost its \
         volume is mounted by no new pod. No restart, repair or scale-down passes the gate \
         volume-kept until the claim stays.",
        "While the broker runs, copy its topics to another cluster, or let its volume outlive the \
         claim: kubectl patch pv VOLUME -p \
         '{\"spec\":{\"persistentVolumeReclaimPolicy\":\"Retain\"}}'. Then sluicegate/skip-gate: \
         volume-kept lets the restart through; the broker begins with an empty volume, and what it \
         had is in VOLUME, which a claim with spec.volumeName takes up once VOLUME's spec.claimRef \
         is removed.";
    STO_08 = "STO-08":
        "A file system that cannot grow under a running pod is grown by a restart",
        "The volume has grown and its claim says FileSystemResizePending for more than two \
         minutes. The broker is restarted by the same gates as any other.",
        "";
    STO_09 = "STO-09":
        "Brokers start on the claims that are there",
        "A claim outlives its broker and its cluster. One by the name that a broker uses is used \
         again with what is in it, whatever its class, size and access modes; an event names it.",
        "Delete the claim beforehand if the broker is to begin empty.";
    SVC_01 = "SVC-01":
        "A Service that clients can no longer come by is told before it changes",
        "No pod stops, but whoever uses the old port, or comes from outside of the cluster, is cut \
         off at once.",
        "Move the clients first, or leave the port and the type as they are.";
    TOP_31 = "TOP-31":
        "A topic never loses partitions",
        "A broker cannot take partitions away: their records would have to go.",
        "Create a new topic with fewer partitions, or set spec.partitions back.";
    TOP_32 = "TOP-32":
        "The number of copies of a topic is final",
        "No release moves copies between brokers.",
        "Set spec.replicationFactor back, or create a new topic.";
    TOP_33 = "TOP-33":
        "A topic is created with at most 1000 partitions",
        "The broker refuses more at creation, though it lets a topic grow beyond.",
        "Set spec.partitions to 1000 or less; raise it once the topic exists.";
    TOP_34 = "TOP-34":
        "One topic belongs to one resource: the oldest that names it",
        "Of two of the same age, the one whose namespace and name come first. The others change \
         nothing and delete nothing.",
        "Delete the other RivvenTopic, or give this one another topicName.";
    TOP_35 = "TOP-35":
        "A cluster says which namespaces may have topics on it",
        "Its own may; others are listed in spec.topicNamespaces of the RivvenCluster.",
        "Ask the owner of the cluster to add this namespace to spec.topicNamespaces.";
    TOP_36 = "TOP-36":
        "A topic is created when it is missing",
        "One that exists is adopted as it is, and then brought to what the spec asks for.",
        "";
    TOP_37 = "TOP-37":
        "A topic grows while it is used",
        "Records with a key may go to another partition than before: their order across the change \
         is not kept.",
        "";
    TOP_38 = "TOP-38":
        "Configs that differ are set, one at a time",
        "A broker forgets them at each restart; they are set again. Values are compared as the \
         broker writes them.",
        "";
    TOP_39 = "TOP-39":
        "A topic is deleted only where deleteOnRemove asked for it and nobody else holds it",
        "Its records go with it for every reader. This release leaves them on the volume, and they \
         come back when a topic of that name is created again.",
        "";
    TOP_40 = "TOP-40":
        "Shortening retention may remove records",
        "Records older or more than the new limit may be removed by a broker that enforces it.",
        "";
}

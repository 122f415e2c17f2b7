-- A record is of one cluster: the uid of its kube-system namespace.
CREATE TABLE cluster (
    one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    uid TEXT NOT NULL
);

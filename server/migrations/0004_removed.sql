-- Until when something may be missing of a namespace: the latest end of a
-- workload that retention removed whole.
CREATE TABLE removed (
    namespace TEXT NOT NULL PRIMARY KEY,
    ended BIGINT NOT NULL
);

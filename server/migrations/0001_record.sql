-- What stands in `body` is the fact as JSON; columns beside it are what is
-- searched by. Times are milliseconds since 1970. One text for SQLite and
-- PostgreSQL. Never change a migration that was shipped: add another.
CREATE TABLE workload (
    uid TEXT NOT NULL PRIMARY KEY,
    namespace TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    gone_at BIGINT,
    body TEXT NOT NULL
);
CREATE INDEX workload_name ON workload (namespace, kind, name);
CREATE TABLE period (
    workload TEXT NOT NULL,
    generation BIGINT NOT NULL,
    starts BIGINT NOT NULL,
    template TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (workload, generation)
);
CREATE INDEX period_starts ON period (workload, starts);
CREATE INDEX period_template ON period (template);
CREATE TABLE revision (
    uid TEXT NOT NULL PRIMARY KEY,
    workload TEXT NOT NULL,
    gone_at BIGINT,
    body TEXT NOT NULL
);
CREATE INDEX revision_workload ON revision (workload);
CREATE TABLE template (
    digest TEXT NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL,
    body BLOB NOT NULL
);
CREATE TABLE image (
    template TEXT NOT NULL,
    image TEXT NOT NULL,
    PRIMARY KEY (template, image)
);
CREATE INDEX image_name ON image (image);
CREATE TABLE watch (
    id TEXT NOT NULL PRIMARY KEY,
    starts BIGINT NOT NULL,
    ends BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX watch_ends ON watch (ends);

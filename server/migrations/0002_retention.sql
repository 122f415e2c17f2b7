-- What retention and quick questions need.

-- Periods of generations below this were removed.
ALTER TABLE workload ADD COLUMN forgotten_below BIGINT;

-- `starts` is the latest that a period can have begun, by what is known of the
-- later ones too: it never falls from one generation to the next, so the latest
-- by time is the latest by generation.
UPDATE period SET starts = (SELECT MIN(n.starts) FROM period n
    WHERE n.workload = period.workload AND n.generation >= period.generation);
DROP INDEX period_starts;
CREATE INDEX period_starts ON period (workload, starts, generation);
CREATE INDEX period_age ON period (starts);

-- The digest, so that a template is kept as long as a revision names it. In a
-- body it stands nowhere else: inside of a text the quotes are escaped.
ALTER TABLE revision ADD COLUMN template TEXT;
UPDATE revision SET template = substr(body, instr(body, '"template":"sha256:') + 12, 71)
    WHERE instr(body, '"template":"sha256:') > 0;
CREATE INDEX revision_template ON revision (template);
CREATE INDEX revision_gone ON revision (gone_at);

-- Since when nothing names it.
ALTER TABLE template ADD COLUMN loose_since BIGINT;
CREATE INDEX template_loose ON template (loose_since);

-- The namespaces that a watch sees, as JSON; empty for all. In a body they
-- stand last.
ALTER TABLE watch ADD COLUMN scope TEXT NOT NULL DEFAULT '';
UPDATE watch SET scope = substr(body, instr(body, '"namespaces":') + 13,
    length(body) - instr(body, '"namespaces":') - 13)
    WHERE instr(body, '"namespaces":') > 0;
CREATE INDEX watch_scope ON watch (scope, starts, ends);

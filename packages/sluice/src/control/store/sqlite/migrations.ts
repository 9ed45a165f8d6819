/** Each entry upgrades the schema by one version. Never edit a released one; append another. */
export const sqliteMigrations = [
  `CREATE TABLE store (
     one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
     epoch TEXT NOT NULL,
     secret TEXT NOT NULL,
     revision INTEGER NOT NULL,
     log_seq INTEGER NOT NULL
   );
   CREATE TABLE features (
     feature TEXT NOT NULL PRIMARY KEY,
     revision INTEGER NOT NULL,
     document TEXT NOT NULL
   );
   CREATE TABLE versions (
     number INTEGER PRIMARY KEY,
     feature TEXT NOT NULL,
     id TEXT NOT NULL,
     document TEXT NOT NULL,
     UNIQUE (feature, id)
   );
   CREATE TABLE tokens (
     number INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     hash TEXT NOT NULL UNIQUE,
     document TEXT NOT NULL
   );
   CREATE TABLE audit (
     chain TEXT NOT NULL,
     seq INTEGER NOT NULL,
     document TEXT NOT NULL,
     PRIMARY KEY (chain, seq)
   ) WITHOUT ROWID;
   CREATE TABLE audit_heads (
     chain TEXT NOT NULL PRIMARY KEY,
     seq INTEGER NOT NULL,
     hash TEXT NOT NULL
   );
   CREATE TABLE answers (
     key TEXT NOT NULL PRIMARY KEY,
     at INTEGER NOT NULL,
     document TEXT NOT NULL
   );
   CREATE INDEX answers_by_age ON answers (at);
   CREATE TABLE log (
     seq INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     feature TEXT NOT NULL,
     rollout_id TEXT,
     unit TEXT,
     received_at INTEGER NOT NULL,
     rest TEXT NOT NULL
   );
   CREATE INDEX log_by_feature ON log (feature, seq);
   CREATE INDEX log_by_rollout ON log (rollout_id, seq) WHERE rollout_id IS NOT NULL;
   CREATE TABLE instances (
     instance TEXT NOT NULL PRIMARY KEY,
     first_seen_at INTEGER NOT NULL,
     seen_at INTEGER NOT NULL,
     rest TEXT NOT NULL
   );
   CREATE TABLE checkpoints (
     name TEXT NOT NULL PRIMARY KEY,
     cursor INTEGER NOT NULL,
     state TEXT NOT NULL
   );
   CREATE TABLE units (
     rollout_id TEXT NOT NULL,
     unit TEXT NOT NULL,
     record TEXT NOT NULL,
     PRIMARY KEY (rollout_id, unit)
   ) WITHOUT ROWID;
   CREATE INDEX units_by_unit ON units (unit);
   CREATE TABLE judge_queue (
     id TEXT NOT NULL PRIMARY KEY,
     feature TEXT NOT NULL,
     priority REAL NOT NULL,
     attempts INTEGER NOT NULL,
     not_before INTEGER NOT NULL,
     enqueued_at INTEGER NOT NULL,
     rest TEXT NOT NULL
   );
   CREATE INDEX judge_queue_by_feature ON judge_queue (feature, priority DESC, enqueued_at, id);
   CREATE INDEX judge_queue_by_urgency ON judge_queue (priority DESC, enqueued_at, id);
   CREATE TABLE judge_spending (
     day TEXT NOT NULL,
     feature TEXT NOT NULL,
     usd REAL NOT NULL,
     PRIMARY KEY (day, feature)
   );
   CREATE TABLE contents (
     id TEXT NOT NULL PRIMARY KEY,
     feature TEXT NOT NULL,
     version TEXT NOT NULL,
     rollout_id TEXT,
     unit TEXT,
     score REAL,
     stored_at INTEGER NOT NULL,
     expires_at INTEGER NOT NULL,
     body TEXT NOT NULL,
     judgement TEXT
   );
   CREATE INDEX contents_by_score ON contents (feature, score, stored_at, id) WHERE score IS NOT NULL;
   CREATE INDEX contents_by_end ON contents (expires_at);
   CREATE INDEX contents_by_unit ON contents (unit) WHERE unit IS NOT NULL;`,
  // Units are searched by rollout and unit. Updating this index took more than half of the time of remembering a user.
  'DROP INDEX units_by_unit;',
  `CREATE TABLE instances_by_token (
     token_id TEXT NOT NULL DEFAULT '',
     instance TEXT NOT NULL,
     process TEXT NOT NULL DEFAULT '',
     first_seen_at INTEGER NOT NULL,
     seen_at INTEGER NOT NULL,
     may_serve_until INTEGER NOT NULL DEFAULT 0,
     rest TEXT NOT NULL,
     PRIMARY KEY (token_id, instance, process)
   );
   INSERT INTO instances_by_token (token_id, instance, first_seen_at, seen_at, may_serve_until, rest)
     SELECT coalesce(CASE WHEN json_valid(rest) THEN json_extract(rest, '$.tokenId') END, ''), instance, first_seen_at, seen_at, seen_at + 330000, rest FROM instances;
   DROP TABLE instances;
   ALTER TABLE instances_by_token RENAME TO instances;
   CREATE INDEX instances_by_end ON instances (may_serve_until);`,
  // Forgotten units, whose new data is dropped.
  `CREATE TABLE forgotten (
     unit TEXT NOT NULL,
     scope TEXT NOT NULL,
     until INTEGER NOT NULL,
     PRIMARY KEY (unit, scope)
   ) WITHOUT ROWID;`,
  // Ids were unique over all features, so a token of one feature could use up ids of another. In the new keys the id
  // comes
  // first, since comparing it is usually enough.
  `CREATE TABLE log_of_features (
     seq INTEGER PRIMARY KEY,
     id TEXT NOT NULL,
     feature TEXT NOT NULL,
     rollout_id TEXT,
     unit TEXT,
     received_at INTEGER NOT NULL,
     rest TEXT NOT NULL,
     UNIQUE (id, feature)
   );
   INSERT INTO log_of_features (seq, id, feature, rollout_id, unit, received_at, rest)
     SELECT seq, id, feature, rollout_id, unit, received_at, rest FROM log;
   DROP TABLE log;
   ALTER TABLE log_of_features RENAME TO log;
   CREATE INDEX log_by_feature ON log (feature, seq);
   CREATE INDEX log_by_rollout ON log (rollout_id, seq) WHERE rollout_id IS NOT NULL;
   CREATE TABLE queue_of_features (
     id TEXT NOT NULL,
     feature TEXT NOT NULL,
     priority REAL NOT NULL,
     attempts INTEGER NOT NULL,
     not_before INTEGER NOT NULL,
     enqueued_at INTEGER NOT NULL,
     rest TEXT NOT NULL,
     PRIMARY KEY (feature, id)
   );
   INSERT INTO queue_of_features (id, feature, priority, attempts, not_before, enqueued_at, rest)
     SELECT id, feature, priority, attempts, not_before, enqueued_at, rest FROM judge_queue;
   DROP TABLE judge_queue;
   ALTER TABLE queue_of_features RENAME TO judge_queue;
   CREATE INDEX judge_queue_by_feature ON judge_queue (feature, priority DESC, enqueued_at, id);
   CREATE INDEX judge_queue_by_urgency ON judge_queue (priority DESC, enqueued_at, id);
   CREATE TABLE contents_of_features (
     id TEXT NOT NULL,
     feature TEXT NOT NULL,
     version TEXT NOT NULL,
     rollout_id TEXT,
     unit TEXT,
     score REAL,
     stored_at INTEGER NOT NULL,
     expires_at INTEGER NOT NULL,
     body TEXT NOT NULL,
     judgement TEXT,
     PRIMARY KEY (feature, id)
   );
   INSERT INTO contents_of_features (id, feature, version, rollout_id, unit, score, stored_at, expires_at, body, judgement)
     SELECT id, feature, version, rollout_id, unit, score, stored_at, expires_at, body, judgement FROM contents;
   DROP TABLE contents;
   ALTER TABLE contents_of_features RENAME TO contents;
   CREATE INDEX contents_by_score ON contents (feature, score, stored_at, id) WHERE score IS NOT NULL;
   CREATE INDEX contents_by_end ON contents (expires_at);
   CREATE INDEX contents_by_unit ON contents (unit) WHERE unit IS NOT NULL;`,
  // Releases that wait for approval, or that were made without one.
  `CREATE TABLE proposals (
     number INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     feature TEXT NOT NULL,
     ended_at INTEGER,
     document TEXT NOT NULL
   );
   CREATE INDEX proposals_by_end ON proposals (ended_at);`,
]

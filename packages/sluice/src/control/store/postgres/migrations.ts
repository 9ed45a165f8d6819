/** Each entry upgrades the schema by one version. Never edit a released one; append another. */
export const postgresMigrations = [
  `CREATE TABLE sluice.store (
     one boolean NOT NULL PRIMARY KEY CHECK (one),
     epoch text NOT NULL,
     secret text NOT NULL,
     revision bigint NOT NULL
   );
   CREATE TABLE sluice.features (
     feature text COLLATE "C" NOT NULL PRIMARY KEY,
     revision bigint NOT NULL,
     document text NOT NULL
   );
   CREATE TABLE sluice.versions (
     number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     feature text COLLATE "C" NOT NULL,
     id text NOT NULL,
     document text NOT NULL,
     UNIQUE (feature, id)
   );
   CREATE TABLE sluice.tokens (
     number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     id text NOT NULL UNIQUE,
     hash text NOT NULL UNIQUE,
     document text NOT NULL
   );
   CREATE TABLE sluice.audit (
     chain text COLLATE "C" NOT NULL,
     seq bigint NOT NULL,
     document text NOT NULL,
     PRIMARY KEY (chain, seq)
   );
   CREATE TABLE sluice.audit_heads (
     chain text COLLATE "C" NOT NULL PRIMARY KEY,
     seq bigint NOT NULL,
     hash text NOT NULL
   );
   CREATE TABLE sluice.answers (
     key text NOT NULL PRIMARY KEY,
     at bigint NOT NULL,
     document text NOT NULL
   );
   CREATE INDEX answers_by_age ON sluice.answers (at);
   CREATE TABLE sluice.log (
     seq bigint NOT NULL PRIMARY KEY,
     id text COLLATE "C" NOT NULL UNIQUE,
     feature text COLLATE "C" NOT NULL,
     rollout_id text COLLATE "C",
     unit text COLLATE "C",
     received_at bigint NOT NULL,
     rest text NOT NULL
   );
   CREATE INDEX log_by_feature ON sluice.log (feature, seq);
   CREATE INDEX log_by_rollout ON sluice.log (rollout_id, seq) WHERE rollout_id IS NOT NULL;
   CREATE TABLE sluice.log_head (seq bigint NOT NULL) WITH (fillfactor = 10);
   INSERT INTO sluice.log_head VALUES (0);
   CREATE TABLE sluice.instances (
     instance text COLLATE "C" NOT NULL PRIMARY KEY,
     first_seen_at bigint NOT NULL,
     seen_at bigint NOT NULL,
     rest text NOT NULL
   );
   CREATE TABLE sluice.checkpoints (
     name text NOT NULL PRIMARY KEY,
     cursor bigint NOT NULL,
     state text NOT NULL
   );
   CREATE TABLE sluice.units (
     rollout_id text COLLATE "C" NOT NULL,
     unit text COLLATE "C" NOT NULL,
     record text NOT NULL,
     PRIMARY KEY (rollout_id, unit)
   );
   CREATE INDEX units_by_unit ON sluice.units (unit);
   CREATE TABLE sluice.judge_queue (
     id text COLLATE "C" NOT NULL PRIMARY KEY,
     feature text COLLATE "C" NOT NULL,
     priority double precision NOT NULL,
     attempts bigint NOT NULL,
     not_before bigint NOT NULL,
     enqueued_at bigint NOT NULL,
     rest text NOT NULL
   );
   CREATE INDEX judge_queue_by_feature ON sluice.judge_queue (feature, priority DESC, enqueued_at, id);
   CREATE INDEX judge_queue_by_urgency ON sluice.judge_queue (priority DESC, enqueued_at, id);
   CREATE TABLE sluice.judge_spending (
     day text NOT NULL,
     feature text COLLATE "C" NOT NULL,
     usd double precision NOT NULL,
     PRIMARY KEY (day, feature)
   );
   CREATE TABLE sluice.contents (
     id text COLLATE "C" NOT NULL PRIMARY KEY,
     feature text COLLATE "C" NOT NULL,
     version text NOT NULL,
     rollout_id text COLLATE "C",
     unit text COLLATE "C",
     score double precision,
     stored_at bigint NOT NULL,
     expires_at bigint NOT NULL,
     body text NOT NULL,
     judgement text
   );
   CREATE INDEX contents_by_score ON sluice.contents (feature, score, stored_at, id) WHERE score IS NOT NULL;
   CREATE INDEX contents_by_end ON sluice.contents (expires_at);
   CREATE INDEX contents_by_unit ON sluice.contents (unit) WHERE unit IS NOT NULL;`,
  // Units are searched by rollout and unit. Updating this index took more than half of the time of remembering a user.
  'DROP INDEX sluice.units_by_unit;',
  `CREATE TABLE sluice.instances_by_token (
     token_id text COLLATE "C" NOT NULL DEFAULT '',
     instance text COLLATE "C" NOT NULL,
     process text COLLATE "C" NOT NULL DEFAULT '',
     first_seen_at bigint NOT NULL,
     seen_at bigint NOT NULL,
     may_serve_until bigint NOT NULL DEFAULT 0,
     rest text NOT NULL,
     PRIMARY KEY (token_id, instance, process)
   );
   INSERT INTO sluice.instances_by_token (token_id, instance, first_seen_at, seen_at, may_serve_until, rest)
     SELECT coalesce(rest::json ->> 'tokenId', ''), instance, first_seen_at, seen_at, seen_at + 330000, rest FROM sluice.instances;
   DROP TABLE sluice.instances;
   ALTER TABLE sluice.instances_by_token RENAME TO instances;
   CREATE INDEX instances_by_end ON sluice.instances (may_serve_until);
   CREATE TABLE sluice.leases (
     name text COLLATE "C" NOT NULL PRIMARY KEY,
     holder text NOT NULL,
     fence bigint NOT NULL,
     ends_at timestamptz NOT NULL
   );`,
  // Forgotten units, whose new data is dropped.
  `CREATE TABLE sluice.forgotten (
     unit text COLLATE "C" NOT NULL,
     scope text COLLATE "C" NOT NULL,
     until bigint NOT NULL,
     PRIMARY KEY (unit, scope)
   );`,
  // Ids were unique over all features, so a token of one feature could use up ids of another. The old keys are dropped
  // later; see former-keys.ts.
  `ALTER TABLE sluice.judge_queue ADD CONSTRAINT judge_queue_of_feature UNIQUE (feature, id);
   ALTER TABLE sluice.contents ADD CONSTRAINT contents_of_feature UNIQUE (feature, id);
   ALTER TABLE sluice.log ADD CONSTRAINT log_of_feature UNIQUE (id, feature);`,
  // Releases that wait for approval, or that were made without one.
  `CREATE TABLE sluice.proposals (
     number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     id text NOT NULL UNIQUE,
     feature text COLLATE "C" NOT NULL,
     ended_at bigint,
     document text NOT NULL
   );
   CREATE INDEX proposals_by_end ON sluice.proposals (ended_at);`,
]

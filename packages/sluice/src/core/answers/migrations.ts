/**
 * The schema of `.sluice/sluice.db`. Each entry moves it one version up; never edit one that was released, append
 * another.
 */
export const projectMigrations = [
  `CREATE TABLE answers (
     key TEXT NOT NULL PRIMARY KEY,
     model TEXT NOT NULL,
     stage TEXT NOT NULL,
     feature TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     usd REAL,
     completion TEXT NOT NULL
   );
   CREATE INDEX answers_by_age ON answers (created_at);
   CREATE TABLE runs (
     id TEXT NOT NULL PRIMARY KEY,
     command TEXT NOT NULL,
     started_at INTEGER NOT NULL
   );
   CREATE TABLE results (
     run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
     feature TEXT NOT NULL,
     arm TEXT NOT NULL,
     position INTEGER NOT NULL,
     repeat INTEGER NOT NULL,
     detail TEXT NOT NULL,
     PRIMARY KEY (run_id, feature, position, arm, repeat)
   );`,
  `CREATE TABLE spending (
     day TEXT NOT NULL,
     command TEXT NOT NULL,
     feature TEXT NOT NULL,
     model TEXT NOT NULL,
     stage TEXT NOT NULL,
     calls INTEGER NOT NULL,
     unpriced_calls INTEGER NOT NULL,
     usd REAL NOT NULL,
     PRIMARY KEY (day, command, feature, model, stage)
   );
   INSERT INTO spending (day, command, feature, model, stage, calls, unpriced_calls, usd)
     SELECT date(created_at / 1000, 'unixepoch'), 'unknown', feature, model, stage, count(*), count(*) - count(usd), total(usd)
     FROM answers GROUP BY 1, 2, 3, 4, 5;
   CREATE TABLE nights (
     feature TEXT NOT NULL,
     night TEXT NOT NULL,
     record TEXT NOT NULL,
     PRIMARY KEY (feature, night)
   );
   CREATE TABLE sentinels (
     feature TEXT NOT NULL,
     version TEXT NOT NULL,
     judge TEXT NOT NULL,
     case_id TEXT NOT NULL,
     record TEXT NOT NULL,
     PRIMARY KEY (feature, version, judge, case_id)
   );
   CREATE TABLE incidents (
     feature TEXT NOT NULL PRIMARY KEY,
     record TEXT NOT NULL
   );
   CREATE TABLE disabled_channels (
     channel TEXT NOT NULL PRIMARY KEY,
     since TEXT NOT NULL
   );`,
  `ALTER TABLE runs ADD COLUMN ended_at INTEGER;
   UPDATE runs SET ended_at = started_at;`,
  `CREATE TABLE unchanged (
     feature TEXT NOT NULL PRIMARY KEY,
     record TEXT NOT NULL
   );`,
  `CREATE TABLE accepted (
     feature TEXT NOT NULL,
     suite TEXT NOT NULL,
     record TEXT NOT NULL,
     PRIMARY KEY (feature, suite)
   );`,
]

/** SQL: the rollouts of which units are remembered, by one step into the primary key for each. */
export const remembered = `WITH RECURSIVE rollouts (id) AS (SELECT min(rollout_id) FROM units UNION ALL
  SELECT (SELECT min(rollout_id) FROM units WHERE rollout_id > id) FROM rollouts WHERE id IS NOT NULL)
  SELECT id FROM rollouts WHERE id IS NOT NULL`

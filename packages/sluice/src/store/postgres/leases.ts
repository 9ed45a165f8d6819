import type pg from 'pg'
import type { Lease } from '../store.ts'
import type { Session } from './session.ts'

/** Leadership among replicas: advisory locks of the session, which the database ends with it. */
export function postgresLeases(session: Session): (name: string) => Promise<Lease | undefined> {
  // An advisory lock does not keep its own session out: that is done here.
  const claims = new Map<string, { client: pg.Client }>()
  return async (name) => {
    const { client } = session
    if (!client || claims.get(name)?.client === client) return undefined
    const claim = { client }
    const isOurs = () => session.client === client && claims.get(name) === claim
    const giveUp = () => void (claims.get(name) === claim && claims.delete(name))
    claims.set(name, claim)
    if (!(await ask(session, client, 'pg_try_advisory_lock', name))) {
      giveUp()
      return undefined
    }
    return {
      held: isOurs,
      async release() {
        if (isOurs()) await ask(session, client, 'pg_advisory_unlock', name)
        giveUp()
      },
    }
  }
}

/** False also where the connection is lost: with it every lock is. */
async function ask(session: Session, client: pg.Client, lockFunction: string, name: string): Promise<boolean> {
  const sql = `SELECT ${lockFunction}(hashtextextended($1, 0)) AS done`
  return await session.query(client, sql, [`sluice ${name}`]).then(
    ({ rows }) => rows[0]?.done === true,
    () => false,
  )
}

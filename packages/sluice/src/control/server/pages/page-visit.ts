import type { Caller } from '../access/caller.ts'
import type { Session } from '../access/sessions.ts'
import type { NodeExchange } from '../http/answer.ts'

/** A request for a page, or from one, that has been let in. */
export interface PageVisit {
  request: Request
  params: Record<string, string>
  requestId: string
  node: NodeExchange | undefined
  /** Undefined on open pages, where nobody needs to have signed in. */
  session: Session | undefined
  /** Who has signed in; `anonymous` without a session. */
  caller: Caller
}

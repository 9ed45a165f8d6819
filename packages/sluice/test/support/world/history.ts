import type { Arm } from '@sluice/client'

/** One request as an instance routed it. */
export interface Served {
  instance: string
  unit: string
  rolloutId: string
  arm: Arm
  stage: number
  /** Of the snapshot that the instance then had. */
  revision: number
}

/** A change that an operator asked for, by its reason, which is his alone. */
export interface RequestedChange {
  reason: string
  what: string
  /** Undefined until there is an answer. */
  status?: number
}

/** What has been seen from outside: what was served and what was promised. */
export interface History {
  served: Served[]
  /** Ids of outcomes that the control plane said it has. */
  promised: Set<string>
  requests: RequestedChange[]
}

export function newHistory(): History {
  return { served: [], promised: new Set(), requests: [] }
}

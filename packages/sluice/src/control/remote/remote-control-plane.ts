import type { z } from 'zod'
import type { RolloutStart } from '../../records/rollout/rollout-start.ts'
import type { NewToken } from '../server/tokens.ts'
import {
  contentsAnswer,
  type DriftAnswer,
  driftAnswer,
  type FailingAnswer,
  type FeatureAnswer,
  type ForecastAnswer,
  type ForgottenAnswer,
  featureAnswer,
  featuresAnswer,
  forecastAnswer,
  forgottenAnswer,
  type InstancesAnswer,
  instancesAnswer,
  newTokenAnswer,
  type ProposalAnswer,
  type ProposalsAnswer,
  type PublishedAnswer,
  proposalAnswer,
  proposalsAnswer,
  publishedAnswer,
  type ReleasedAnswer,
  type RolloutAnswer,
  readyAnswer,
  releasedAnswer,
  rolloutAnswer,
  type TokenAnswer,
  type TrafficAnswer,
  tokenAnswer,
  tokensAnswer,
  trafficAnswer,
} from './answers.ts'
import { type Call, call, callForText } from './call.ts'
import type { RemoteConnection } from './connection.ts'
import type { Publication } from './publication.ts'

/** What is done to a rollout by its id. */
export type RolloutAction = 'pause' | 'resume' | 'advance' | 'promote' | 'abort'

/** A change that all live instances are to confirm, for which `waitMs` is waited. */
interface Wait {
  waitMs: number
}

/** The feature's revision that a change was decided on. */
interface Seen {
  expectedRevision: number
}

/** That it is done although it needs approval. */
interface Unapproved {
  breakGlass?: { reason: string }
}

/** How people end what waits for them. */
export type ProposalStep = 'approve' | 'reject' | 'withdraw' | 'review'

interface NewRollout extends Omit<RolloutStart, 'settings'>, Seen {
  /** The settings as a prompt file has them; the control plane reads them. */
  settings?: unknown
}

/** The routes of a control plane as functions. Each rejects as `call` does. */
export function controlPlane(connection: RemoteConnection) {
  const ask = <T>(request: Call, schema: z.ZodType<T>) => call(connection, request, schema)
  const feature = (name: string, ...rest: string[]) => ['v1', 'features', name, ...rest]
  const rollout = (id: string, ...rest: string[]) => ['v1', 'rollouts', id, ...rest]
  const overview = () => ask({ method: 'GET', path: ['v1', 'features'] }, featuresAnswer)
  return {
    /** The address by which this command reaches it. */
    url: connection.url,
    /** All features, and the address of the pages where the control plane knows it. */
    overview,
    features: async (): Promise<FeatureAnswer[]> => (await overview()).features,
    feature: (name: string): Promise<FeatureAnswer> => ask({ method: 'GET', path: feature(name) }, featureAnswer),
    drift: (name: string): Promise<DriftAnswer> => ask({ method: 'GET', path: feature(name, 'drift') }, driftAnswer),
    publish: (name: string, body: Publication): Promise<PublishedAnswer> =>
      ask({ method: 'POST', path: feature(name, 'versions'), body }, publishedAnswer),
    activate: (
      name: string,
      body: { version: string; reason: string; override?: { reason: string } } & Seen & Wait & Unapproved,
    ): Promise<ReleasedAnswer> =>
      ask({ method: 'PUT', path: feature(name, 'active'), body, waitMs: body.waitMs }, releasedAnswer),
    rollBack: (
      name: string,
      body: { from?: string; to?: string; reason: string } & Partial<Seen> & Wait,
    ): Promise<ReleasedAnswer> =>
      ask({ method: 'POST', path: feature(name, 'rollback'), body, waitMs: body.waitMs }, releasedAnswer),
    startRollout: (name: string, body: NewRollout & Unapproved): Promise<RolloutAnswer> =>
      ask({ method: 'POST', path: feature(name, 'rollouts'), body }, rolloutAnswer),
    traffic: (name: string, version: string): Promise<TrafficAnswer> =>
      ask({ method: 'GET', path: feature(name, 'versions', version, 'traffic') }, trafficAnswer),
    rollout: (id: string): Promise<RolloutAnswer> => ask({ method: 'GET', path: rollout(id) }, rolloutAnswer),
    forecast: (id: string): Promise<ForecastAnswer> =>
      ask({ method: 'GET', path: rollout(id, 'forecast') }, forecastAnswer),
    act: (id: string, action: RolloutAction, body: { reason: string } & Seen & Unapproved): Promise<RolloutAnswer> =>
      ask({ method: 'POST', path: rollout(id, action), body }, rolloutAnswer),
    exclude: (id: string, body: { token: string; reason: string; undo: boolean }): Promise<RolloutAnswer> =>
      ask({ method: 'POST', path: rollout(id, 'exclusions'), body, slow: true }, rolloutAnswer),
    propose: (name: string, body: { act: string; rollout?: string; reason?: string } & Seen): Promise<ProposalAnswer> =>
      ask({ method: 'POST', path: feature(name, 'proposals'), body }, proposalAnswer),
    proposals: (): Promise<ProposalsAnswer> => ask({ method: 'GET', path: ['v1', 'proposals'] }, proposalsAnswer),
    decideOn: (id: string, step: ProposalStep, body: { reason?: string }): Promise<ProposalAnswer> =>
      ask({ method: 'POST', path: ['v1', 'proposals', id, step], body }, proposalAnswer),
    instances: (): Promise<InstancesAnswer> => ask({ method: 'GET', path: ['v1', 'instances'] }, instancesAnswer),
    failing: (): Promise<FailingAnswer> => ask({ method: 'GET', path: ['readyz'] }, readyAnswer),
    /** The whole chain as JSON Lines, its head at the end. `_system` is the chain of tokens. */
    auditExport: (name: string): Promise<string> =>
      callForText(connection, {
        method: 'GET',
        path: feature(name, 'audit'),
        accept: 'application/x-ndjson',
        slow: true,
      }),
    tokens: async (): Promise<TokenAnswer[]> =>
      (await ask({ method: 'GET', path: ['v1', 'tokens'] }, tokensAnswer)).tokens,
    createToken: (body: NewToken) => ask({ method: 'POST', path: ['v1', 'tokens'], body }, newTokenAnswer),
    revokeToken: (id: string): Promise<TokenAnswer> =>
      ask({ method: 'DELETE', path: ['v1', 'tokens', id] }, tokenAnswer),
    reinstateToken: (id: string): Promise<TokenAnswer> =>
      ask({ method: 'POST', path: ['v1', 'tokens', id, 'reinstate'] }, tokenAnswer),
    /** What was stored of production, the worst judged first. */
    contents: async (name: string, query: { outcome?: string; rollout?: string; version?: string; limit?: number }) =>
      (await ask({ method: 'GET', path: feature(name, 'contents'), query }, contentsAnswer)).contents,
    forget: (unit: string): Promise<ForgottenAnswer> =>
      ask({ method: 'DELETE', path: ['v1', 'units'], body: { unit }, slow: true }, forgottenAnswer),
  }
}

export type RemoteControlPlane = ReturnType<typeof controlPlane>

import type { TokenRecord } from '../../../src/records/token.ts'
import { type TestPlane, type Told, testPlane } from './control-plane.ts'

/** A control plane with the environments staging and production, and a token of an application in each. */
export interface StagedPlane extends TestPlane {
  /** Published, in this order; nothing is released yet. */
  first: string
  next: string
  /** Gives a version to everybody. `key` is `summary` or `summary@staging`. */
  activate(key: string, version: string, more?: object): Promise<Told>
  start(key: string, version: string, more?: object): Promise<Told>
  feature(key: string): Promise<Told['body']>
}

/** Tokens of applications. */
export const app = { staging: 'an-app-in-staging', production: 'an-app-in-production' }

export async function stagedPlane(options: Parameters<typeof testPlane>[0] = {}): Promise<StagedPlane> {
  const plane = await testPlane({ environments: ['staging', 'production'], ...options })
  const inStaging: Partial<TokenRecord> = { scopes: ['client'], environments: ['staging'] }
  if (!(await plane.store.tokenById(`id-${app.staging}`))) {
    await plane.token(app.staging, inStaging)
    await plane.token(app.production, { scopes: ['client'] })
  }
  const as = 'operator'
  return {
    ...plane,
    first: await plane.publish('summary', 'a'),
    next: await plane.publish('summary', 'b'),
    activate: (key, version, more = {}) =>
      plane.ask(`PUT /v1/features/${key}/active`, { as, body: { version, reason: 'launch', ...more } }),
    start: (key, version, more = {}) =>
      plane.ask(`POST /v1/features/${key}/rollouts`, { as, body: { version, ...more } }),
    feature: async (key) => (await plane.ask(`GET /v1/features/${key}`, { as })).body,
  }
}

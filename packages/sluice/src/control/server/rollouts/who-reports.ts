import { z } from 'zod'
import type { AuditRow } from '../../../records/audit-row.ts'
import type { FeatureState } from '../../../records/feature.ts'
import {
  type OnlySourceShare,
  onlySourceShareSchema,
  type PlaceShare,
  type TokenShare,
} from '../../../records/rollout/assessment.ts'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import { isTokenId, type TokenRecord } from '../../../records/token.ts'
import type { Assessment } from '../../rollout/assessment/assessment.ts'
import { onlySourceText, withoutOnlySource } from '../../rollout/assessment/place-share.ts'
import type { Store } from '../../store/store.ts'
import { type Caller, hasScope, maySeeAll, maySeeToken, type TokenReach } from '../access/caller.ts'
import type { Services } from '../services.ts'

/** How much somebody may know of who reports. */
export interface KnownReporters {
  /** Whether they are told which tokens, processes and addresses report: that is for those who act on it. */
  areShown: boolean
  /** Whether no token is kept from them. */
  areAllShown: boolean
  /** What tokens that they may see are called, by their ids. */
  names: ReadonlyMap<string, string>
}

const nobody: KnownReporters = { areShown: false, areAllShown: false, names: new Map() }

export async function reportersFor(
  caller: Pick<Caller, 'scopes'> & TokenReach,
  { store, environments }: Pick<Services, 'store' | 'environments'>,
): Promise<KnownReporters> {
  if (!hasScope(caller, ['operator'])) return nobody
  const { names } = await allReporters(store, (record) => maySeeToken(caller, record, environments))
  return { areShown: true, areAllShown: maySeeAll(caller, environments), names }
}

/** As whoever runs the control plane knows them. */
export async function allReporters(
  store: Pick<Store, 'tokens'>,
  isSeen: (record: TokenRecord) => boolean = () => true,
): Promise<KnownReporters> {
  const names = new Map((await store.tokens()).filter(isSeen).map(({ id, name }) => [id, name]))
  return { areShown: true, areAllShown: true, names }
}

/**
 * A text in which tokens are called by name, and then by id: `token web-app (t-3f2a91bc04d7)`. Those that are kept from
 * the reader are `a token`.
 */
export function withNames(text: string, { areAllShown, names }: KnownReporters): string {
  return text.replaceAll(/\btoken ([\w-]+)/g, (all, id: string) => {
    const name = names.get(id)
    if (name !== undefined) return `token ${name} (${id})`
    return isTokenId(id) && !areAllShown ? 'a token' : all
  })
}

/** An assessment as somebody may know it. All its numbers stay, those of tokens that are kept from them too. */
export function knownAssessment(assessment: Assessment, reporters: KnownReporters): Assessment {
  const { words, alerts, tokens, places, accuser } = assessment
  const told = tellerFor(reporters, accuser)
  const knownPlace = (place: PlaceShare) => ({ ...place, tokenId: knownId(place.tokenId, reporters) })
  // Assessments that older releases of Sluice stored lack some of these fields.
  return {
    ...assessment,
    words: told(words),
    alerts: (alerts ?? []).map((alert) => ({ ...alert, message: told(alert.message) })),
    ...(tokens && { tokens: tokens.map((one) => knownShare(one, reporters)) }),
    ...(places && {
      places: { instance: places.instance.map(knownPlace), address: places.address.map(knownPlace) },
    }),
    ...(accuser && {
      accuser: {
        ...accuser,
        id: accuser.kind === 'token' ? knownId(accuser.id, reporters) : accuser.id,
        tokenId: knownId(accuser.tokenId, reporters),
      },
    }),
  }
}

type WhoReports = 'tokens' | 'places' | 'accuser'

/** The same for an answer: there who reports is left out where it is not to be known. */
export function answeredAssessment(
  assessment: Assessment,
  reporters: KnownReporters,
): Omit<Assessment, WhoReports> & Partial<Pick<Assessment, WhoReports>> {
  const known = knownAssessment(assessment, reporters)
  return reporters.areShown ? known : withoutReporters(known)
}

function withoutReporters<T extends object>(of: T): Omit<T, WhoReports> {
  const { tokens: _, places: __, accuser: ___, ...rest } = of as T & Partial<Record<WhoReports, unknown>>
  return rest
}

/** What was stored at the end of a rollout: an assessment, or one that a person had before them, or neither. */
const storedSchema = z.looseObject({
  words: z.string().exactOptional(),
  alerts: z.array(z.looseObject({ message: z.string() })).exactOptional(),
  accuser: onlySourceShareSchema.nullish(),
  known: z.unknown().optional(),
})

/** A rollout as somebody may know it: texts about its end may name tokens, as its evidence does. */
export function knownRollout(rollout: Rollout, reporters: KnownReporters): Rollout {
  const { excluded, ending, ...rest } = rollout
  const seen = reporters.areShown ? (excluded ?? []).filter((id) => knownId(id, reporters) !== null) : []
  // Empty it says that none is excluded: where some are kept from the reader it must not.
  const isTold = excluded !== undefined && (seen.length > 0 || excluded.length === 0)
  return { ...rest, ...(isTold && { excluded: seen }), ending: ending && knownEnding(ending, reporters) }
}

/** A feature as somebody may know it. */
export function knownFeature(state: FeatureState, reporters: KnownReporters): FeatureState {
  const { rollout, pastRollouts, takenBack } = state
  return {
    ...state,
    rollout: rollout && knownRollout(rollout, reporters),
    pastRollouts: pastRollouts.map((one) => knownRollout(one, reporters)),
    takenBack: knownTakenBack(takenBack, reporters),
  }
}

/** That an active version was taken back: why may name tokens. */
export function knownTakenBack(
  takenBack: FeatureState['takenBack'],
  reporters: KnownReporters,
): FeatureState['takenBack'] {
  return takenBack && { ...takenBack, reason: tellerFor(reporters)(takenBack.reason) }
}

/**
 * A row of the log as somebody may know it, for pages that tell of a feature. Its evidence, which the log itself shows
 * whole, is left out.
 */
export function knownRow({ evidence, ...row }: AuditRow, reporters: KnownReporters): Omit<AuditRow, 'evidence'> {
  const told = tellerFor(reporters, storedSchema.safeParse(evidence).data?.accuser)
  return { ...row, reason: row.reason === null ? null : told(row.reason) }
}

type Ending = NonNullable<Rollout['ending']>

function knownEnding(ending: Ending, reporters: KnownReporters): Ending {
  const { reason, evidence = null } = ending
  const known = reporters.areAllShown ? evidence : knownEvidenceOf(evidence, reporters)
  return { ...ending, reason: tellerFor(reporters)(reason), evidence: known }
}

function knownEvidenceOf(evidence: unknown, reporters: KnownReporters): unknown {
  if (typeof evidence !== 'object' || evidence === null) return evidence
  const { data } = storedSchema.safeParse(evidence)
  if (!data) return null
  const { words, alerts, accuser, known } = data
  const told = tellerFor(reporters, accuser)
  return withoutReporters({
    ...data,
    ...(words !== undefined && { words: told(words) }),
    ...(alerts && { alerts: alerts.map((alert) => ({ ...alert, message: told(alert.message) })) }),
    ...(known !== undefined && { known: knownEvidenceOf(known, reporters) }),
  })
}

/** What tells texts of the engine as somebody may know them. `accuser`: the only source, which they may be about. */
function tellerFor(reporters: KnownReporters, accuser?: OnlySourceShare | null): (text: string) => string {
  if (reporters.areShown) return (text) => withNames(text, reporters)
  const isPlace = accuser && accuser.kind !== 'token'
  const without = (text: string) => (isPlace ? text.replaceAll(onlySourceText(accuser), `one ${accuser.kind}`) : text)
  return (text) => withNames(withoutOnlySource(without(text)), reporters)
}

function knownShare({ name: _, ...share }: TokenShare, reporters: KnownReporters): TokenShare {
  const { tokenId } = share
  if (tokenId !== knownId(tokenId, reporters)) return { ...share, tokenId: null, wider: true }
  const name = tokenId === null ? undefined : reporters.names.get(tokenId)
  return name === undefined ? share : { ...share, name }
}

/** Null where it is kept from the reader. `others` is no id: it stands for several. */
function knownId(id: string | null, { areAllShown, names }: KnownReporters): string | null {
  return id === null || areAllShown || id === 'others' || names.has(id) ? id : null
}

import path from 'node:path'
import type { Config } from '../../core/suite/config/config.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { Target } from '../../core/suite/prompt/target.ts'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import type { MeasureChange } from '../../records/report/report.ts'
import { measureChange, shortly } from '../report/measure-change.ts'
import { itemChanges, scoredItems } from './item-changes.ts'
import { addressOf, isRecorded, textOrNull } from './project-changes.ts'
import { settingsChanges } from './settings-changes.ts'

/** A feature with the configuration of its commit. */
export interface FeatureMeasure {
  prompt: Prompt
  config: Config
}

/**
 * How the prompt file of a feature differs in what the feature is measured by; its suites are compared on their own.
 */
export function featureChanges(base: FeatureMeasure, now: FeatureMeasure): MeasureChange[] {
  const [before, after] = [base.prompt, now.prompt]
  const feature = after.feature
  const settings = ({ config, prompt }: FeatureMeasure) => ({ ...config.gate, ...prompt.gate })
  const changes = [
    ...(before.feature === feature ? [] : [change('feature', 'name', before.feature, feature, false)]),
    ...settingsChanges(settings(base), settings(now), feature),
    ...itemChanges(scoredItems(before, base.config.root), scoredItems(after, now.config.root)),
    ...targetChanges(before, after, now.config.root),
    ...sourceChanges(base, now),
    ...otherChanges(before, after),
  ]
  return changes.map((each) => ({ ...each, feature }))
}

function change(
  kind: MeasureChange['kind'],
  what: string,
  before: string | null,
  after: string | null,
  weakening = true,
): MeasureChange {
  return measureChange({ kind, what, before, after, weakening })
}

/** The real application, or another one, in place of what was measured. */
function targetChanges({ target: before }: Prompt, { target: after }: Prompt, root: string): MeasureChange[] {
  if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) return []
  const [was, is] = [shownTarget(before, root), shownTarget(after, root)]
  return [
    change(
      'target',
      'what is measured',
      was,
      was === is ? `${is}, called in another way (${differing(before, after)})` : is,
    ),
  ]
}

function differing(before: Target | undefined, after: Target | undefined): string {
  const [was, is] = [before, after].map((target) => new Map(Object.entries(target ?? {})))
  const keys = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])]
  const other = keys.filter((key) => canonicalJson(was?.get(key) ?? null) !== canonicalJson(is?.get(key) ?? null))
  return other.map((key) => `target.${key}`).join(', ')
}

function shownTarget(target: Target | undefined, root: string): string {
  if (!target) return 'the prompt itself'
  if (target.kind === 'http') return `the application at ${addressOf(target.url)}`
  if (target.kind === 'command') return `the command ${shortly(target.command.join(' '))}`
  return `the module ${shortly(`${path.relative(root, target.file)}#${target.export}`)}`
}

function sourceChanges(
  { prompt: before, config: then }: FeatureMeasure,
  { prompt: after, config }: FeatureMeasure,
): MeasureChange[] {
  if (before.target || after.target || isRecorded(before.model, then) || !isRecorded(after.model, config)) return []
  return [change('provider', 'answers', `asked of ${before.model}`, `recordings of ${after.model}`)]
}

/** What is compared elsewhere, or is the thing under test, or does not take part in the gate. */
const notOthers: readonly string[] = [
  ...['feature', 'label', 'id', 'model', 'parameters', 'messages', 'format', 'inputs', 'file', 'rollout'],
  ...['tools', 'toolChoice', 'maxSteps'],
  ...['checks', 'rubric', 'choices', 'suites', 'inlineCases', 'gate', 'target', 'live', 'production'],
]

/** Settings that need no case of their own; one that is not known here counts as a weakening. */
function otherChanges(before: Prompt, after: Prompt): MeasureChange[] {
  const [was, is] = [othersOf(before), othersOf(after)]
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])]
  return keys
    .filter((key) => canonicalJson(was[key] ?? null) !== canonicalJson(is[key] ?? null))
    .map((key) =>
      change(
        'setting',
        words[key] ?? key,
        textOrNull(was[key]),
        textOrNull(is[key]),
        key !== nightly || is[key] !== true,
      ),
    )
}

const nightly = 'production'
const words: Record<string, string> = {
  [nightly]: 'part of the nightly',
  redact: 'redaction of live traffic',
  strict: 'strict variables',
}

function othersOf(prompt: Prompt): Record<string, unknown> {
  const rest = Object.entries(prompt).filter(([key]) => !notOthers.includes(key))
  return { ...Object.fromEntries(rest), [nightly]: prompt.production ?? true, redact: prompt.live.redact }
}

import assert from 'node:assert/strict'
import type { FeatureReport } from '../../../src/records/report/feature-report.ts'
import type { NightReport } from '../../../src/records/report/night-report.ts'
import { type FakeModel, fakeModel, isJudgeRequest, judgement, type Reply, textOf } from '../../support/fake-model.ts'
import { type Judged, judged, mailOf } from '../../support/gate-project.ts'
import { createProject, type Project, type SummaryOptions, summaryFiles } from '../../support/project.ts'

/** What a provider does on a night; tests change it between nights. */
export interface World {
  /** Mails whose answers have lost the action item. */
  forgets: (mail: number) => boolean
  /** Mails that the judge refuses whatever the answer is. */
  strictOn: (mail: number) => boolean
  /** Mails that the judge lets pass whatever the answer is. */
  lenientOn: (mail: number) => boolean
  /** A text in an output that makes the judge say yes. */
  obeys: string | undefined
  /** Stands in every answer, so that a night's answers are not those of another. */
  words: string
  /** The name under which the model says that it is served. */
  served: string | undefined
  fingerprint: string | undefined
}

export interface NightlyProject extends AsyncDisposable {
  model: FakeModel
  project: Project
  world: World
  /** Runs a night and gives its one feature. */
  night(label: string, ...args: string[]): Promise<Judged & { feature: FeatureReport; nightly: NightReport }>
}

const nobody = () => false

/** A project with one feature whose rubric asks for the action item, on a model that behaves as `world` says. */
export async function nightlyProject(options: Partial<SummaryOptions> = {}): Promise<NightlyProject> {
  const world: World = {
    forgets: nobody,
    strictOn: nobody,
    lenientOn: nobody,
    obeys: undefined,
    words: 'Action item: pay invoice',
    served: undefined,
    fingerprint: undefined,
  }
  const model = await fakeModel((request): Reply => {
    const mail = mailOf(request)
    if (isJudgeRequest(request)) {
      const sees = textOf(request).includes('Action item')
      const obeys = world.obeys !== undefined && textOf(request).includes(world.obeys)
      const yes = obeys || world.lenientOn(mail) || (sees && !world.strictOn(mail))
      return judgement({ actions: yes ? 'yes' : 'no' })
    }
    const answer = world.forgets(mail) ? `Nothing to do for mail ${mail}.` : `${world.words} ${mail}.`
    return world.served === undefined ? answer : servedAnswer(answer, world.served, world.fingerprint)
  })
  const files = summaryFiles({ url: model.url, cases: 20, rubric: true, ...options })
  const prompt = files['prompts/summary.prompt.yml'].replace('checks: [{contains: Action item}]\n', '')
  const project = createProject({ ...files, 'prompts/summary.prompt.yml': prompt })
  return {
    model,
    project,
    world,
    async night(label, ...args) {
      const result = await judged(project, ['nightly', '--night', label, ...args])
      const [feature] = result.report.features
      assert.ok(feature?.nightly, result.stderr)
      return { ...result, feature, nightly: feature.nightly }
    },
    async [Symbol.asyncDispose]() {
      project[Symbol.dispose]()
      await model[Symbol.asyncDispose]()
    },
  }
}

function servedAnswer(content: string, model: string, fingerprint: string | undefined): Reply {
  const body = {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 0,
    model,
    ...(fingerprint && { system_fingerprint: fingerprint }),
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
    usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
  }
  return { status: 200, body: JSON.stringify(body) }
}

export function codesOf({ reasons }: FeatureReport): string[] {
  return [...new Set(reasons.map(({ code }) => code))]
}

/** One line of the suite that `summaryFiles` makes. */
export function caseLine(index: number, more: object = {}): string {
  const email = `Mail ${index}: please send invoice ${index} to Ann by Friday.`
  return JSON.stringify({ id: `case-${index}`, vars: { email }, tags: [index % 2 ? 'core' : 'edge'], ...more })
}

export function suiteOf(lines: readonly string[]): Record<string, string> {
  return { 'evals/summary.jsonl': `${lines.join('\n')}\n` }
}

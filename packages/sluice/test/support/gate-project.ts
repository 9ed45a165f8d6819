import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Report } from '../../src/records/report/report.ts'
import { type ChatRequest, isJudgeRequest, judgement, type Reply, textOf } from './fake-model.ts'
import { createProject, type Finished, type Project, type SummaryOptions, summaryFiles } from './project.ts'

/** The prompt of the branches below: a model that is asked so forgets the action items. */
export const worse = 'Shorten: {{email}}'

export interface Judged extends Finished {
  report: Report
}

/** A repository whose base is `base`, on a branch whose working tree is changed to `candidate`. */
export function changedProject(base: SummaryOptions, candidate: Partial<SummaryOptions> = { message: worse }): Project {
  const project = createProject(summaryFiles(base))
  commitAll(project, 'base', 'change')
  project.write(summaryFiles({ ...base, ...candidate }))
  return project
}

/** As one process: to start one from a large process, as a test is, costs more than what git does. */
const keep = [
  '{ [ -e .git ] || git init -q; }',
  'git add -A',
  'git commit -qm "$1"',
  'git rev-parse HEAD',
  '{ [ -z "$2" ] || git checkout -qb "$2"; }',
].join(' && ')

/** Commits everything, in a repository that is made where there is none, and goes on on a new branch if one is named. */
export function commitAll(project: Pick<Project, 'git'>, message: string, branch = ''): string {
  return project.git('-c', `alias.keep=!f() { ${keep}; }; f`, 'keep', message, branch)
}

/** Runs a command that prints its report as JSON. */
export async function judged(
  project: Pick<Project, 'sluice'>,
  args: string[],
  env?: NodeJS.ProcessEnv,
): Promise<Judged> {
  const finished = await project.sluice([...args, '--json'], env)
  assert.ok(finished.stdout.startsWith('{'), `no report: ${finished.stderr}`)
  return { ...finished, report: JSON.parse(finished.stdout) as Report }
}

export function readReport(project: Project, folder: string): Report {
  return JSON.parse(readFileSync(path.join(project.root, folder, 'report.json'), 'utf8')) as Report
}

/** The number of the e-mail that a request is about. */
export function mailOf(request: ChatRequest): number {
  return Number(/Mail (\d+)/.exec(textOf(request))?.[1])
}

/**
 * A model that names the action item, but, asked to shorten, not of the mails that `forgets` names; and a judge that
 * sees the difference.
 */
export function summariser(forgets: (mail: number) => boolean = () => true): (request: ChatRequest) => Reply {
  return (request) => {
    const text = textOf(request)
    if (isJudgeRequest(request)) return judgement({ actions: text.includes('Nothing to do') ? 'no' : 'yes' })
    return text.includes('Shorten') && forgets(mailOf(request)) ? 'Nothing to do.' : 'Action item: pay the invoice.'
  }
}

/**
 * A model whose every other answer to the same text is bad: half of the mails begin with a good one, and under another
 * prompt the other half does, so that two versions are as good as each other and no single repeat shows it.
 */
export function fickle(): (request: ChatRequest) => Reply {
  const asked = new Map<string, number>()
  return (request) => {
    const text = textOf(request)
    const times = asked.get(text) ?? 0
    asked.set(text, times + 1)
    const phase = (mailOf(request) >> 1) + (text.includes('Shorten') ? 0 : 1)
    return (phase + times) % 2 === 0 ? 'Action item: pay the invoice.' : 'Nothing to do.'
  }
}

/** How many of the requests are about which version: `[base, candidate, judge]`. */
export function countRequests(requests: readonly ChatRequest[]): [number, number, number] {
  const judge = requests.filter(isJudgeRequest).length
  const candidate = requests.filter((request) => !isJudgeRequest(request) && textOf(request).includes('Shorten')).length
  return [requests.length - judge - candidate, candidate, judge]
}

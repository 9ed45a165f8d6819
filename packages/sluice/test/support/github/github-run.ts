import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Finished, Project } from '../../support/project.ts'

export interface PullRequestEvent {
  fork?: boolean
  labels?: string[]
}

export interface GithubRun extends Finished {
  /** GITHUB_OUTPUT, read as GitHub does. */
  outputs: Record<string, string>
  summary: string
}

const repository = 'acme/app'

/** The event of a pull request, number 7. */
export function pullRequestEvent({ fork = false, labels = [] }: PullRequestEvent = {}) {
  return {
    action: 'synchronize',
    pull_request: {
      number: 7,
      head: { sha: 'abc', ref: 'change', repo: { full_name: fork ? 'mallory/app' : repository } },
      labels: labels.map((name) => ({ name })),
    },
  }
}

/** Runs the Action's entry in a project, as a step of a workflow would. */
export async function githubRun(
  project: Pick<Project, 'sluice'>,
  apiUrl: string,
  { event = pullRequestEvent(), env = {} }: { event?: object; env?: NodeJS.ProcessEnv } = {},
): Promise<GithubRun> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'sluice-github-run-'))
  const file = (name: string, text = '') => {
    const place = path.join(scratch, name)
    writeFileSync(place, text)
    return place
  }
  const outputFile = file('output')
  const summaryFile = file('summary')
  try {
    const finished = await project.sluice(['ci', 'github'], {
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: repository,
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_EVENT_PATH: file('event.json', JSON.stringify(event)),
      GITHUB_BASE_REF: 'main',
      GITHUB_API_URL: apiUrl,
      GITHUB_RUN_ID: '123',
      GITHUB_OUTPUT: outputFile,
      GITHUB_STEP_SUMMARY: summaryFile,
      INPUT_TOKEN: 'secret-token',
      ...env,
    })
    return {
      ...finished,
      outputs: parseOutputs(readFileSync(outputFile, 'utf8')),
      summary: readFileSync(summaryFile, 'utf8'),
    }
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

function parseOutputs(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^([\w-]+)<<(.+)\n([\s\S]*?)\n\2$/gm)].map(([, name, , value]) => [name, value]),
  )
}

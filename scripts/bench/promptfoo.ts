import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { measure } from './measure.ts'
import type { Mock } from './mock.ts'

const generate = path.join(import.meta.dirname, '../../../shared/bench/promptfoo/generate.mjs')

interface Peer {
  cases: number
  mock: Mock
  concurrency: number
  /** Seconds. */
  ideal: number
}

/** The same number of judged cases through promptfoo, installed in `folder`, on the same mock in the same run. */
export async function measurePromptfoo(folder: string, { cases, mock, concurrency, ideal }: Peer) {
  const project = mkdtempSync(path.join(tmpdir(), 'sluice-promptfoo-'))
  try {
    execFileSync(process.execPath, [generate, String(cases), 'judge', project, new URL(mock.url).port])
    const config = path.join(project, 'promptfooconfig.json')
    const flags = ['--no-cache', '--no-progress-bar', '--no-table', '-j', String(concurrency)]
    const { seconds, peakMb } = await measure(
      path.join(folder, 'node_modules/.bin/promptfoo'),
      ['eval', '-c', config, ...flags],
      project,
      {
        PROMPTFOO_DISABLE_TELEMETRY: '1',
        PROMPTFOO_DISABLE_UPDATE: '1',
        PROMPTFOO_DISABLE_REMOTE_GENERATION: '1',
        PROMPTFOO_CONFIG_DIR: project,
      },
    )
    const calls = await mock.takeRequests()
    return {
      what: `promptfoo, ${cases} judged cases, cold`,
      measured: `${(seconds / ideal).toFixed(2)} x ideal (${seconds.toFixed(1)} s, ${calls} calls, ${peakMb?.toFixed(0) ?? '?'} MB)`,
      target: '',
      holds: undefined,
    }
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}

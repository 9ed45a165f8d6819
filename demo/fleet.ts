import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import type { Access } from './control-plane.ts'
import type { Stage } from './stage.ts'

/** Version label -> number of answers. */
export type Counts = Record<string, number>

/** Processes of the application under load. */
export interface Fleet {
  /** What each instance answers from now on, until all have answered some. */
  traffic(): Promise<Map<string, Counts>>
  /** Ends them in an orderly way. */
  stop(): Promise<{ answered: number; failed: number }>
}

/** A line that an instance prints: what it has answered since the one before, which was at `since`. */
interface Line {
  since: number
  versions: Counts
  failed: number
}

/** Starts a process for each name and waits until all of them answer. */
export async function startFleet(stage: Stage, names: string[], { url, token }: Access): Promise<Fleet> {
  const members = names.map((name) => {
    const child = stage.start('app.ts', [], { SLUICE_URL: url, SLUICE_TOKEN: token, INSTANCE: name })
    child.stderr?.pipe(process.stderr)
    const lines: Line[] = []
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter(Boolean)) lines.push(JSON.parse(line) as Line)
    })
    return { name, child, lines }
  })

  async function traffic(): Promise<Map<string, Counts>> {
    const now = Date.now()
    const deadline = now + 10_000
    const later = () => members.map(({ name, lines }) => ({ name, line: lines.find(({ since }) => since >= now) }))
    while (later().some(({ line }) => line === undefined)) {
      if (Date.now() > deadline) throw new Error('the application does not answer')
      await wait(20)
    }
    return new Map(later().map(({ name, line }) => [name, line?.versions ?? {}]))
  }

  await traffic()
  return {
    traffic,
    async stop() {
      const ends = members.map(({ child }) => once(child, 'exit'))
      for (const { child } of members) child.kill('SIGTERM')
      await Promise.all(ends)
      const lines = members.flatMap((member) => member.lines)
      const answered = lines.flatMap(({ versions }) => Object.values(versions)).reduce((sum, count) => sum + count, 0)
      return { answered, failed: lines.reduce((sum, line) => sum + line.failed, 0) }
    },
  }
}

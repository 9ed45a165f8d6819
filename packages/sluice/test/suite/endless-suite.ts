import type { ProjectFiles } from '../../src/suite/files.ts'

/** A suite that exists nowhere: its lines are made as they are read, and counted. */
export function endlessSuite(cases: number) {
  const seen = { streamed: 0 }
  const files: ProjectFiles = {
    read: () => Promise.reject(new Error('the whole suite was read at once')),
    async *stream() {
      for (let start = 0; start < cases; start += 500) {
        const lines = Array.from({ length: Math.min(500, cases - start) }, (_, index) => line(start + index))
        seen.streamed += lines.length
        yield Buffer.from(lines.join(''))
      }
    },
    list: async (path) => [path],
    describe: (path) => path,
  }
  return { files, seen }
}

function line(number: number): string {
  const email = `Mail ${number}: please send invoice ${number} to Ann by Friday. ${'x'.repeat(400)}`
  return `${JSON.stringify({ id: `case-${number}`, vars: { email }, tags: [number % 5 ? 'core' : 'edge'] })}\n`
}

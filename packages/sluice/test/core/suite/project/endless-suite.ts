import type { ProjectFiles } from '../../../../src/core/suite/project-files.ts'

type Form = 'jsonl' | 'json' | 'csv'

const begins: Record<Form, string> = { jsonl: '', json: '[', csv: 'id,tags,email\r\n' }
const ends: Record<Form, string> = { jsonl: '', json: ']', csv: '' }

/** A suite that exists nowhere: its lines are made as they are read, and counted. */
export function endlessSuite(cases: number, form: Form = 'jsonl') {
  const seen = { streamed: 0 }
  const files: ProjectFiles = {
    read: () => Promise.reject(new Error('the whole suite was read at once')),
    async *stream() {
      yield Buffer.from(begins[form])
      for (let start = 0; start < cases; start += 50) {
        const lines = Array.from({ length: Math.min(50, cases - start) }, (_, index) => line(start + index, form))
        seen.streamed += lines.length
        yield Buffer.from(lines.join(''))
      }
      yield Buffer.from(ends[form])
    },
    list: async (path) => [path],
    describe: (path) => path,
  }
  return { files, seen }
}

function line(number: number, form: Form): string {
  const email = `Mail ${number}: please send invoice ${number} to Ann by Friday. ${'x'.repeat(2000)}`
  const tag = number % 5 ? 'core' : 'edge'
  if (form === 'csv') return `case-${number},${tag},"${email}"\r\n`
  const comma = form === 'json' && number > 0 ? ',' : ''
  return `${comma}${JSON.stringify({ id: `case-${number}`, vars: { email }, tags: [tag] })}\n`
}

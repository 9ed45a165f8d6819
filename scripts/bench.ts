// npm run bench -- gate [--only name,...] [--promptfoo DIR]
import { benchGate } from './bench/gate.ts'

const [what, ...args] = process.argv.slice(2)
if (what !== 'gate') {
  console.error(
    'usage: npm run bench -- gate [--only startup,judged,plain,memory,statistics,install] [--promptfoo DIR]',
  )
  process.exitCode = 3
} else {
  await benchGate(args)
}

// How many planted regressions the gate of the demo's suite stops, with a judge that knows the good answers.
// usage: npm run drill-demo [-- --mistakes 0.03 --mutants 20 --seed 1 --unchanged 1000]
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { knownAnswers, startSimulatedJudge } from '../../demo/simulated-judge.ts'
import { runCommandLine } from '../../packages/sluice/src/cli/program.ts'
import { createMask } from '../../packages/sluice/src/masking/mask.ts'
import { maskWrites } from '../../packages/sluice/src/masking/masked-output.ts'

const { values } = parseArgs({
  options: {
    mistakes: { type: 'string', default: '0.03' },
    mutants: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    unchanged: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const project = mkdtempSync(path.join(tmpdir(), 'sluice-drill-'))
cpSync(path.join(import.meta.dirname, '../../demo/email-summary'), project, { recursive: true })
const judge = await startSimulatedJudge(knownAnswers(project), Number(values.mistakes))
const config = path.join(project, 'sluice.yaml')
writeFileSync(
  config,
  readFileSync(config, 'utf8')
    .replace('recorded:judge-2026-06', 'simulated:judge')
    .replace('providers:\n', `providers:\n  simulated: {kind: openai-compatible, baseURL: "${judge.url}"}\n`)
    .concat('prices: {"simulated:*": {input: 0, output: 0}}\n'),
)
const mask = createMask()
for (const stream of [process.stdout, process.stderr]) maskWrites(stream, mask)
const { stdout, stderr } = process
const [on, off] = [process.on.bind(process), process.off.bind(process)]
const size = values.unchanged === undefined ? ['--mutants', values.mutants] : ['--unchanged', values.unchanged]
const flags = [...size, '--seed', values.seed, ...(values.json ? ['--json'] : [])]
process.exitCode = await runCommandLine(['drill', 'email-summary', ...flags], {
  ...{ stdout, stderr, env: {}, mask, cwd: () => project, on, off },
})
judge.close()
rmSync(project, { recursive: true, force: true })

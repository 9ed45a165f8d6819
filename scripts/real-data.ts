// npm run --silent real-data > docs/real-data.md
import { arenaSection } from './real-data/arena-section.ts'
import { judgeChangeSection } from './real-data/judge-change-section.ts'
import { judgeNoiseSection } from './real-data/judge-noise-section.ts'
import { wrapped } from './real-data/markdown.ts'
import { plantedSection } from './real-data/planted-section.ts'
import { absent } from './real-data/recorded.ts'
import { trialsSection } from './real-data/trials-section.ts'

const introduction = `# The gate on recorded real scores

This page is the output of one command, word for word:

\`\`\`sh
npm run build && npm run --silent real-data > docs/real-data.md
\`\`\`

It passes recorded outputs of real models, scored by real judges, through \`sluice compare --candidate-scores ...
--baseline-scores ...\` with the default settings: margin 0.03, confidence 95 %, tie-break. The data is third-party material that is kept
outside the project, in \`../shared/data\`; only aggregate figures and the names of models are printed here. Nothing is simulated, except
where a section says so.

Words: *pass* is a proof that the mean did not drop by the margin or more; *weak pass* is a pass without that
proof, by the tie-break or because the answers are too few to rule out a fault that shows only now and then; *fail* is a proof of a drop beyond
the margin; *detectable drop* is the true drop that such a run fails with 80 % probability. The interval is for the difference of the means,
candidate minus baseline.

What no table here can tell: whether a model is better. The scores are opinions of a judge (GPT-4 where nothing else is said), never
calibrated against people here; there are few cases; the recordings were made by others, at different times and with settings that are not known.
What they can tell is whether the gate behaves on scores as they are in life: skewed, tied, full of noise, with gaps.`

/** The main job on real input: recorded scores of real models and judges through the built command line. */
async function main(): Promise<void> {
  const sections = [
    introduction,
    await arenaSection(),
    plantedSection(),
    await trialsSection(),
    await judgeNoiseSection(),
    await judgeChangeSection(),
  ]
  console.log(wrapped(sections.join('\n\n')))
}

if (absent) console.error(absent)
else await main()

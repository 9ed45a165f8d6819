// npm run --silent real-data > docs/real-data.md
import { arenaSection } from './real-data/arena-section.ts'
import { editsSection } from './real-data/edits-section.ts'
import { importedSection } from './real-data/imported-section.ts'
import { judgeChangeSection } from './real-data/judge-change-section.ts'
import { judgeNoiseSection } from './real-data/judge-noise-section.ts'
import { wrapped } from './real-data/markdown.ts'
import { peopleSection } from './real-data/people-section.ts'
import { plantedSection } from './real-data/planted-section.ts'
import { absent } from './real-data/recorded.ts'
import { trialsSection } from './real-data/trials-section.ts'

const introduction = `# The gate on recorded real scores

This page is the output of one command, word for word:

\`\`\`sh
npm run build && npm run --silent real-data > docs/real-data.md
\`\`\`

Recorded outputs of real models, scored by real judges, go through \`sluice compare --candidate-scores ...
--baseline-scores ...\` with the default settings: margin 0.03, confidence 95 %, tie-break. The data is third-party
material outside the project, in \`../shared/data\`; only aggregate figures and the names of models are printed here. Nothing
is simulated, except where a section says so. The last section is about imports, and names a command of its own.

| word | meaning |
|---|---|
| pass | a proof that the mean did not drop by the margin or more |
| weak pass | a pass without that proof: by the tie-break, or because there are too few answers to rule out a rare fault |
| fail | a proof of a drop beyond the margin |
| detectable drop | the true drop that such a run fails with 80 % probability |
| 95 % interval | of the difference of the means, candidate minus baseline |

No table here says whether a model is better. The scores are opinions of a judge (GPT-4 unless stated otherwise), never
calibrated against people here. There are few cases, and others made the recordings, at different times and with unknown
settings. The tables do say whether the gate works on real scores: skewed, tied, noisy, with gaps.`

/** The main job on real input: recorded scores of real models and judges through the built command line. */
async function main(): Promise<void> {
  const sections = [
    introduction,
    await arenaSection(),
    plantedSection(),
    await trialsSection(),
    await judgeNoiseSection(),
    await judgeChangeSection(),
    editsSection(),
    peopleSection(),
    importedSection(),
  ]
  console.log(wrapped(sections.join('\n\n')))
}

if (absent) console.error(absent)
else if (process.argv[2] === 'people') console.log(wrapped(peopleSection()))
else if (process.argv[2] === 'trials') console.log(wrapped(await trialsSection()))
else await main()

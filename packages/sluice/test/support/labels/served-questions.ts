import { readFileSync } from 'node:fs'
import path from 'node:path'
import { progressText, stillNeeded } from '../../../src/gate/calibration/labels-needed.ts'
import { type LabelServer, startLabelServer } from '../../../src/gate/label-page/label-server.ts'
import { labelPageAssets } from '../../../src/gate/label-page/page-assets.ts'
import { appendLines } from '../../../src/gate/labels/append-lines.ts'
import { labelFilesOf, outputHash } from '../../../src/gate/labels/label-files.ts'
import { type LabelQuestion, startLabelling } from '../../../src/gate/labels/labelling.ts'
import type { Label } from '../../../src/records/label.ts'
import { temporaryFolder } from '../temporary-folder.ts'

export function question(index: number, changes: Partial<LabelQuestion> = {}, text = `Output ${index}`): LabelQuestion {
  const id = `case-${index}`
  return {
    case: id,
    item: 'actions',
    ask: `Does output ${index} state every action item?`,
    answer: {
      output: outputHash(text),
      case: id,
      version: 'aaaaaaaaaaaa',
      text,
      repeat: 1,
      candidate: index % 2 === 0,
    },
    parts: [{ title: 'Output', text }],
    probability: 0.5,
    material: outputHash(`material ${index}`),
    input: { email: `Mail ${index}: please send the invoice.` },
    ...changes,
  }
}

export interface ServedQuestions extends AsyncDisposable {
  server: LabelServer
  /** The lines of the file of labels, as they are on the disk now. */
  labels(): Label[]
  outputs(): { text: string }[]
}

/** Bundled once for all tests of a process. */
let assets: ReturnType<typeof labelPageAssets> | undefined

/** Serves questions to Ann, with files in a temporary folder. */
export async function serveQuestions(questions: readonly LabelQuestion[]): Promise<ServedQuestions> {
  assets ??= labelPageAssets()
  const root = temporaryFolder('labels')
  const files = labelFilesOf('summary')
  const labelling = startLabelling({
    labeller: 'ann',
    questions,
    before: [],
    keptOutputs: [],
    sawJudge: false,
    keepOutput: (output) => appendLines(root, files.outputs, [output]),
    keepLabel: (label) => appendLines(root, files.labels, [label]),
    now: () => Date.parse('2026-11-26T10:00:00.000Z'),
  })
  const server = await startLabelServer({
    feature: 'summary',
    labeller: 'ann',
    labelling,
    progress: () => stillNeeded(labelling.own(), ['actions'], null).map(progressText),
    assets: await assets,
    token: 'secret-token',
    port: 0,
  })
  const lines = (file: string) =>
    readFileSync(path.join(root, file), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  return {
    server,
    labels: () => lines(files.labels),
    outputs: () => lines(files.outputs),
    [Symbol.asyncDispose]: () => server.close(),
  }
}

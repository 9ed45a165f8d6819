import { readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import { type Document, isMap, isScalar, isSeq, parseDocument, type Scalar } from 'yaml'
import { configFileName } from '../../core/suite/config/load-config.ts'
import { SluiceError } from '../../errors.ts'
import type { UpgradeReport } from '../../records/report/upgrade-report.ts'
import { replaceFile } from '../../replace-file.ts'
import { bridgePlaces, withBridges } from '../nightly/judge-bridges.ts'
import type { ModelUse } from '../retirements/model-uses.ts'

/** A file as it is and as it is to be. */
export interface ChangedFile {
  /** Relative to the project's root, posix. */
  file: string
  /** Undefined where there is no such file yet. */
  before: string | undefined
  after: string
}

/**
 * The files with the proposed models in them: the ids alone are replaced, so comments, quotes and order stay. What has
 * no proposal stays as it is, also where it shares the project's default with what has one: then those that move get a
 * model of their own.
 * @throws SluiceError `invalid-input` where a file does not say the model in a place of its own, e.g. by an alias
 */
export async function proposedFiles(
  root: string,
  { features, judge }: Pick<UpgradeReport, 'features' | 'judge'>,
  uses: readonly ModelUse[],
): Promise<ChangedFile[]> {
  const files = new Map<string, ChangedFile>()
  const edit = async (file: string, change: (text: string) => string) => {
    const known = files.get(file) ?? (await read(root, file))
    files.set(file, { ...known, after: change(known.after) })
  }
  const sharing: Moved[] = []
  for (const { file, model, proposal } of features) {
    if (!hasModel((await read(root, file)).after)) sharing.push({ file, model, proposal })
    else if (proposal !== null) await edit(file, (text) => withModelAt(text, model, proposal, file))
  }
  const isWritten = hasModel((await read(root, configFileName)).after)
  await moveSharing(sharing, isWritten, edit)
  const proposal = judge?.proposal ?? null
  for (const { role, file, model, path: at } of proposal === null ? [] : uses) {
    if (role === 'judge') await edit(file, (text) => withJudge(text, { at, from: model, to: proposal ?? '', file }))
    if (role === 'evaluator') await edit(file, (text) => withEvaluators(text, model, proposal ?? '', file))
  }
  return [...files.values()].filter(({ before, after }) => before !== after)
}

type Moved = Pick<UpgradeReport['features'][number], 'file' | 'model' | 'proposal'>

/** The default of a project is changed only where it is written, and everything that has it moves to the same model. */
async function moveSharing(
  sharing: readonly Moved[],
  isWritten: boolean,
  edit: (file: string, change: (text: string) => string) => Promise<void>,
): Promise<void> {
  const [first] = sharing
  const { model = '', proposal = null } = first ?? {}
  if (isWritten && proposal !== null && sharing.every((each) => each.proposal === proposal))
    return edit(configFileName, (text) => withModelAt(text, model, proposal, configFileName))
  for (const each of sharing) {
    const { file, proposal: own } = each
    if (own !== null) await edit(file, (text) => withOwnModel(text, each.model, own, file))
  }
}

/** The bridge to the new judge goes into the repository together with the new judge. */
export async function bridgeFile(root: string, { judge }: Pick<UpgradeReport, 'judge'>): Promise<ChangedFile[]> {
  const bridges = judge?.candidates.find(({ model }) => model === judge.proposal)?.bridges ?? []
  if (bridges.length === 0) return []
  const file = bridgePlaces.repository
  const before = await readFile(path.join(root, file), 'utf8').catch(() => undefined)
  return [{ file, before, after: await withBridges(root, file, bridges) }]
}

/** Writes the files, each at once and wholly. */
export async function writeChanged(root: string, changed: readonly ChangedFile[]): Promise<void> {
  for (const { file, before, after } of changed) {
    const place = path.join(root, file)
    const target = before === undefined ? place : await realpath(place)
    await replaceFile(target, async (sink) => {
      const now = await readFile(target, 'utf8').catch(() => undefined)
      if (now !== before)
        throw new SluiceError('cannot-run', `${file} was changed meanwhile; nothing of it was written`)
      sink.write(after)
    })
  }
}

async function read(root: string, file: string): Promise<ChangedFile> {
  const text = await readFile(path.join(root, file), 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw new SluiceError('cannot-run', `${file}: cannot be read: ${cause.message}`, { cause })
  })
  return { file, before: text, after: text ?? '' }
}

const parsed = (text: string): Document => parseDocument(text, { merge: true, logLevel: 'error' })

function hasModel(text: string): boolean {
  const { contents } = parsed(text)
  return isMap(contents) && contents.has('model')
}

function withModelAt(text: string, from: string, to: string, file: string): string {
  const node = parsed(text).get('model', true)
  return isScalar(node) ? replaced(text, node, from, to, file) : refuse(file, 'model', from, to)
}

/** Before the first key of a file that names no model. */
function withOwnModel(text: string, from: string, to: string, file: string): string {
  const { contents } = parsed(text)
  if (!isMap(contents) || contents.items.length === 0) return refuse(file, 'model', from, to)
  const start = contents.range?.[0] ?? 0
  const written = `model: ${JSON.stringify(to)}`
  const at = contents.flow ? start + 1 : start
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start)
  const inserted = contents.flow ? `${written}, ` : `${written}${text.includes('\r\n') ? '\r\n' : '\n'}${indent}`
  const changed = text.slice(0, at) + inserted + text.slice(at)
  const found = parsed(changed)
  return found.errors.length === 0 && found.get('model') === to ? changed : refuse(file, 'model', from, to)
}

interface JudgeChange {
  at: readonly PropertyKey[]
  from: string
  to: string
  file: string
}

/** A judge that stands in no file is the default; the new one is written down. */
function withJudge(text: string, { at, from, to, file }: JudgeChange): string {
  const document = parsed(text)
  if (at.length > 2) {
    const member = document.getIn(at, true)
    const model = isMap(member) ? member.get('model', true) : member
    return isScalar(model) ? replaced(text, model, from, to, file) : refuse(file, at.join('.'), from, to)
  }
  const judge = document.get('judge', true)
  if (judge === undefined) {
    const gap = text === '' || text.endsWith('\n') ? '' : '\n'
    return `${text}${gap}judge: {model: ${JSON.stringify(to)}}\n`
  }
  const model = document.getIn(['judge', 'model'], true)
  if (isScalar(model)) return replaced(text, model, from, to, file)
  if (isMap(judge) && model === undefined) {
    const start = judge.range?.[0] ?? 0
    const indent = ' '.repeat(start - (text.lastIndexOf('\n', start - 1) + 1))
    const written = `model: ${JSON.stringify(to)}`
    const inserted = judge.flow ? `{${written}, ${text.slice(start + 1)}` : `${written}\n${indent}${text.slice(start)}`
    return text.slice(0, start) + inserted
  }
  return refuse(file, 'judge.model', from, to)
}

function withEvaluators(text: string, from: string, to: string, file: string): string {
  const evaluators = parsed(text).get('evaluators', true)
  const items = isSeq(evaluators) ? [...evaluators.items].reverse() : []
  return items.reduce<string>((changed, item) => {
    const id = isMap(item) ? item.getIn(['llm', 'modelId'], true) : undefined
    return isScalar(id) && sameModel(String(id.value), from) ? replaced(changed, id, from, to, file) : changed
  }, text)
}

const sameModel = (written: string, model: string) => written.replace(/[:/]/, ':') === model

/** The scalar alone is replaced, in its quotes, with the separator that it was written with. */
function replaced(text: string, { range, value }: Scalar, from: string, to: string, file: string): string {
  const [start = 0, end = 0] = range ?? []
  const written = text.slice(start, end)
  const [, quote = ''] = /^(["']?)/.exec(written) ?? []
  if (!sameModel(String(value), from)) return refuse(file, 'the model', from, to)
  const separator = /^[^:/]*\//.test(String(value)) ? '/' : ':'
  return `${text.slice(0, start)}${quote}${to.replace(':', separator)}${quote}${text.slice(end)}`
}

function refuse(file: string, where: string, from: string, to: string): never {
  throw new SluiceError(
    'invalid-input',
    `${file}: ${where} does not say ${from} in a text of its own, so nothing was written; write ${to} there by hand`,
  )
}

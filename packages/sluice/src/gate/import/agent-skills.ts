import path from 'node:path'
import { invalidInput } from '../../errors.ts'
import { isObject } from '../../json.ts'
import { createLedger } from './fidelity.ts'
import { listOf, parseData } from './file-data.ts'
import type { ImportSource } from './import-source.ts'
import type { Imported } from './imported.ts'
import { featuresOfRows } from './rows/case-features.ts'
import { type FieldUse, type RowCase, rowCase, textOfValue } from './rows/row-fields.ts'

const fields: Record<string, FieldUse> = {
  id: 'id',
  name: 'source',
  prompt: 'input',
  expected_output: 'expected',
  files: { drop: 'files are not given to the model; put their text into variables' },
}

/** Agent Skills: `evals/evals.json` of a skill. Its statements become questions for the judge. */
export async function importAgentSkills(source: ImportSource): Promise<Imported> {
  const { name } = source
  if (source.isFolder) throw invalidInput(`${name} is a folder; name its evals/evals.json`)
  const data = parseData(await source.text(), name)
  if (!isObject(data) || !Array.isArray(data.evals)) throw invalidInput(`${name} has no list "evals"`)
  const ledger = createLedger()
  const cases = data.evals.flatMap((given: unknown, index): RowCase[] => {
    const place = `evals[${index}]`
    if (!isObject(given)) throw invalidInput(`${name}: ${place} is no map of fields`)
    const { assertions, expectations, ...row } = given
    const item = rowCase(row, place, { tool: 'Agent Skills', fields }, ledger)
    const statements = [...listOf(assertions), ...listOf(expectations)].map((each) =>
      isObject(each) ? (each.text ?? each) : each,
    )
    for (const [nth] of statements.entries())
      ledger.add({
        kind: 'assertion',
        name: assertions === undefined ? 'expectation' : 'assertion',
        outcome: 'approximated',
        note: 'a question for the judge, who sees the answer and neither files nor calls of tools',
        place: `${place}.expectations[${nth}]`,
      })
    return [
      { ...item, rubric: statements.map((text) => ({ ask: `Is this true of the output? ${textOfValue(text)}` })) },
    ]
  })
  const skill = typeof data.skill_name === 'string' ? data.skill_name : path.basename(path.dirname(path.dirname(name)))
  for (const key of Object.keys(data).filter((each) => each !== 'evals'))
    ledger.add({
      kind: 'field',
      name: key,
      place: key,
      ...(key === 'skill_name'
        ? { outcome: 'same', note: 'the name of the feature' }
        : { outcome: 'dropped', note: 'no field of Agent Skills that is known here' }),
    })
  ledger.add({
    kind: 'field',
    name: 'SKILL.md',
    outcome: 'dropped',
    note: 'the skill is not loaded; put its text into a system message, or name your agent as a target (docs/app.md)',
    place: name,
  })
  return { features: featuresOfRows(cases, { name: skill, ledger, asksReference: true }), rows: ledger.rows() }
}

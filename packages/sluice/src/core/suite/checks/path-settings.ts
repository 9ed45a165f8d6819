import parseJsonPath from 'jsonpath-rfc9535/parser'
import { z } from 'zod'
import { errorMessage } from '../../../errors.ts'
import { exactlyOne } from '../diagnostics/exactly-one.ts'
import { refuseNotJson } from '../values/json-value.ts'
import { patternSchema } from '../values/pattern.ts'

/** A JSON value. A number that JSON cannot write is refused, since no output can contain it. */
const jsonValue = z.unknown().superRefine(refuseNotJson)

const path = z.string().superRefine((source, context) => {
  try {
    parseJsonPath(source)
  } catch (error) {
    const reason = errorMessage(error)
    context.addIssue({ code: 'custom', message: `not a JSONPath (RFC 9535): ${reason}` })
  }
})

const pathConditions = ['equals', 'matches', 'exists'] as const
const onePathCondition = exactlyOne(pathConditions, 'condition')
/** A condition on what a path selects in the output, or in what else is named. */
export const pathSettings = (inside: string, example: string) =>
  z
    .strictObject({
      path: path.meta({ description: `JSONPath (RFC 9535) into the ${inside}, e.g. ${example}`, examples: [example] }),
      equals: jsonValue.exactOptional().meta({ description: 'The value that is selected.', examples: ['pencil'] }),
      matches: patternSchema
        .exactOptional()
        .meta({ description: 'Regular expression for the value that is selected.', examples: ['^pen'] }),
      exists: z
        .boolean()
        .exactOptional()
        .meta({ description: 'Whether anything is selected at all.', examples: [true] }),
    })
    .superRefine(onePathCondition.check)
    .meta(onePathCondition.meta)

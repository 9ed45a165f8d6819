import { z } from 'zod'
import { isWorkflowToken } from '../../../masking/secret-names.ts'
import { environmentTextFault, variablesInText } from './environment-text.ts'

/** The name of a variable that holds a secret, but never one of the workflow's own. */
export function secretVariableSchema(what: string) {
  return z
    .string()
    .regex(/^[A-Za-z_]\w*$/, `must be the name of an environment variable, not ${what} itself`)
    .refine((name) => !isWorkflowToken(name), { error: ({ input }) => workflowTokenFault(String(input)) })
}

export function workflowTokenFault(name: string): string {
  return `${name} belongs to the workflow and is sent to nobody; put the secret into a variable of another name`
}

/** A text that may hold `${NAME}`, but not that of a variable of the workflow's own. */
export const environmentValueSchema = z.string().superRefine((text, context) => {
  const fault = environmentTextFault(text)
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault })
  const token = variablesInText(text).find(isWorkflowToken)
  if (token !== undefined) context.addIssue({ code: 'custom', message: workflowTokenFault(token) })
})

/** Headers of requests; a value may hold `${NAME}`. */
export const headersSchema = z.record(z.string(), environmentValueSchema).meta({
  description: `Headers of every request. \${NAME} takes a value from the environment; $\${ stands for \${ itself.`,
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a setting.
  examples: [{ 'X-Title': 'gate', Authorization: 'Bearer ${APP_TOKEN}' }],
})

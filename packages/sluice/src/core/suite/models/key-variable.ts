const usualVariables = {
  anthropic: 'ANTHROPIC_API_KEY',
  openai: 'OPENAI_API_KEY',
  google: 'GOOGLE_GENERATIVE_AI_API_KEY',
} as const

/**
 * The variable that holds a provider's key: `apiKeyEnv` if set, else the one that the provider's own tools read, else,
 * for an openai-compatible server, `<NAME>_API_KEY`.
 */
export function keyVariable(
  name: string,
  { kind, apiKeyEnv }: { kind: keyof typeof usualVariables | 'openai-compatible'; apiKeyEnv?: string | undefined },
): string {
  if (apiKeyEnv !== undefined) return apiKeyEnv
  return kind === 'openai-compatible'
    ? `${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_API_KEY`
    : usualVariables[kind]
}

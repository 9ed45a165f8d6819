import { secretsOfAddress } from './address.ts'

type Env = Readonly<Record<string, string | undefined>>

/** A setting that git takes from its environment. */
interface GitSetting {
  key: string
  /** Undefined where only the key is given, which git takes for true. */
  value: string | undefined
}

/** Variables in which git takes settings: their number, the name and the value of each, and all of `git -c`. */
const settingVariable = /^GIT_CONFIG_(?:COUNT|PARAMETERS|(?:KEY|VALUE)_\d+)$/

export function isGitSetting(name: string): boolean {
  return settingVariable.test(name)
}

/**
 * Settings with which git gets at a repository, and those that name a file or a program which may hold a credential. An
 * empty one turns off what another file sets, and is no credential.
 */
const ofCredentials = [
  /\.extraheader$/i,
  /^credential\./i,
  /^core\.(?:askpass|sshcommand)$/i,
  /^http\.(?:.*\.)?(?:cookiefile|(?:proxy)?ssl(?:key|cert))$/i,
  /^include(?:if\..*)?\.path$/i,
  /\.(?:smtp)?pass$/i,
]

const mostSettings = 1000

function numberedSettings(env: Env): { key: string | undefined; value: string | undefined }[] {
  const count = Math.min(Number(env.GIT_CONFIG_COUNT) || 0, mostSettings)
  return Array.from({ length: count }, (_, i) => ({
    key: env[`GIT_CONFIG_KEY_${i}`],
    value: env[`GIT_CONFIG_VALUE_${i}`],
  }))
}

/** A text in the quotes of a shell, as git writes and reads it. */
const quoted = String.raw`'(?:[^']|'\\['!]')*'`
const unquoted = (text: string) => text.slice(1, -1).replace(/'\\(['!])'/g, '$1')
const handed = `(${quoted})(=(${quoted})?)?`
const eachHanded = new RegExp(handed, 'g')
const allHanded = new RegExp(String.raw`^\s*(?:${handed}(?:\s+|$))*$`)

/**
 * The settings of `git -c`, as git hands them on to the programs that it starts: `'key'='value'`, or `'key=value'` of
 * an older one. None where git could not read them either.
 */
function handedSettings({ GIT_CONFIG_PARAMETERS: text = '' }: Env): (GitSetting & { entry: string })[] {
  if (!allHanded.test(text)) return []
  return [...text.matchAll(eachHanded)].map(([entry, first = '', separator, second]) => {
    const name = unquoted(first)
    if (separator !== undefined) return { entry, key: name, value: second && unquoted(second) }
    const [key = '', value] = [name.split('=', 1)[0], /=(.*)$/s.exec(name)?.[1]]
    return { entry, key, value }
  })
}

/** The credentials in a value: those of its address, which a proxy may have without `http://`. */
export function secretsOfValue(name: string, value: string): string[] {
  const isBareProxy = /proxy$/i.test(name) && !value.includes('://')
  return secretsOfAddress(isBareProxy ? `http://${value}` : value)
}

function secretsOfSetting({ key, value = '' }: GitSetting): string[] {
  return [...secretsOfAddress(key), ...secretsOfValue(key, value)]
}

function isCredential(setting: GitSetting): boolean {
  const isNamed = ofCredentials.some((named) => named.test(setting.key.trim()))
  return (isNamed && setting.value !== '') || secretsOfSetting(setting).length > 0
}

/** Passwords in git's settings, and headers that it sends: each whole, and its last word, which is the credential. */
export function secretsOfGit(env: Env): string[] {
  const numbered = numberedSettings(env).map(({ key = '', value }) => ({ key, value }))
  return [...numbered, ...handedSettings(env)].flatMap((setting) => {
    const header = /\.extraheader$/i.test(setting.key.trim()) ? (setting.value ?? '').trim() : ''
    return [...(header ? [header, header.split(/\s+/).at(-1) ?? header] : []), ...secretsOfSetting(setting)]
  })
}

/**
 * The settings that git takes from an environment, without those that hold a credential. The numbered ones are counted
 * anew, since git refuses to work where one of a number is missing.
 */
export function gitSettingsWithoutCredentials(env: Env): Record<string, string> {
  const given = handedSettings(env).filter((setting) => !isCredential(setting))
  const kept = numberedSettings(env).filter(({ key = '', value }) => !isCredential({ key, value }))
  return {
    ...(given.length > 0 && { GIT_CONFIG_PARAMETERS: given.map(({ entry }) => entry).join(' ') }),
    ...(kept.length > 0 && { GIT_CONFIG_COUNT: String(kept.length) }),
    ...Object.fromEntries(
      kept.flatMap(({ key, value }, i) => [
        ...(key === undefined ? [] : [[`GIT_CONFIG_KEY_${i}`, key]]),
        ...(value === undefined ? [] : [[`GIT_CONFIG_VALUE_${i}`, value]]),
      ]),
    ),
  }
}

import { ciVariables, type VariableGroup } from './ci-variables.ts'

/** Every variable of the environment that Sluice reads, by subject. An empty variable counts as not set. */
export const environmentVariables: readonly VariableGroup[] = [
  {
    title: 'Models',
    introduction:
      'Keys and addresses of providers. A key that is not set ends a run that needs it, before anything is paid for.',
    variables: [
      { name: 'ANTHROPIC_API_KEY', means: 'Key of providers of `kind: anthropic`.', example: 'sk-ant-...' },
      { name: 'OPENAI_API_KEY', means: 'Key of providers of `kind: openai`.', example: 'sk-...' },
      { name: 'GOOGLE_GENERATIVE_AI_API_KEY', means: 'Key of providers of `kind: google`.', example: 'AIza...' },
      {
        name: '<NAME>_API_KEY',
        means:
          'Key of an `openai-compatible` provider, by its name in `sluice.yaml` in upper case, other characters as `_`: `my-router` reads `MY_ROUTER_API_KEY`.',
        example: 'sk-or-...',
        otherwise: 'no key is sent',
      },
      {
        name: '<providers.*.apiKeyEnv>',
        means: 'The variable that `apiKeyEnv` of a provider names, in place of those above.',
        example: 'sk-...',
      },
      {
        name: `<headers: \${NAME}>`,
        means: 'Each variable that a header of a provider or of an http target names by that.',
        example: 'Bearer ...',
      },
      {
        name: `<target.env: \${NAME}>`,
        means: 'Each variable that `env` of a target names by that.',
        example: 'sk-...',
      },
      {
        name: 'SLUICE_PROMPT_FILE',
        means:
          'Read by `loadPrompt` of `sluice/prompt`: the prompt file of the version under test, in place of the one of the same feature. The gate sets it for the applications that it starts.',
        example: '/project/.sluice/versions/summary-candidate.prompt.yml',
        otherwise: 'the file itself is loaded',
      },
      {
        name: 'ANTHROPIC_BASE_URL',
        means: 'Address of providers of `kind: anthropic` without a `baseURL`.',
        example: 'https://gateway.example.com/anthropic/v1',
        otherwise: 'the public address',
      },
      {
        name: 'OPENAI_BASE_URL',
        means: 'Address of providers of `kind: openai` without a `baseURL`.',
        example: 'https://gateway.example.com/openai/v1',
        otherwise: 'the public address',
      },
      {
        name: 'GEMINI_API_KEY',
        means: 'Not used as a key. Its value is masked in all output, since other tools read it.',
        example: 'AIza...',
      },
      { name: 'GOOGLE_API_KEY', means: 'Not used as a key. Its value is masked in all output.', example: 'AIza...' },
    ],
  },
  {
    title: 'Labels',
    introduction: 'Who answers, in `sluice judge label` without `--labeller`.',
    variables: [
      { name: 'USER', means: 'The name under which labels are written.', example: 'ann' },
      { name: 'USERNAME', means: 'The same on Windows, where `USER` is not set.', example: 'ann' },
    ],
  },
  {
    title: 'Notifications',
    introduction: 'Named by [`notify`](sluice-yaml.md#notify) of `sluice.yaml`, under names of your own.',
    variables: [
      {
        name: '<notify[].*.urlEnv>',
        means: 'Address of a webhook of Slack, or of your own.',
        example: 'https://hooks.slack.com/services/T0/B0/x',
      },
      {
        name: '<notify[].webhook.secretEnv>',
        means: 'Secret that signs a webhook; while rotating both, separated by a space.',
        example: 'whsec_...',
      },
      { name: '<notify[].pagerduty.routingKeyEnv>', means: 'Routing key of PagerDuty.', example: 'R03ABC...' },
    ],
  },
  {
    title: 'GitHub after the merge',
    introduction: 'Named by [`server.github`](sluice-yaml.md#server) of `sluice.yaml`, under a name of your own.',
    variables: [
      {
        name: '<server.github.tokenEnv>',
        means: 'Token with which `sluice serve` tells GitHub of releases. It is sent to GitHub alone.',
        example: 'github_pat_...',
      },
    ],
  },
  {
    title: 'Control plane',
    introduction: 'The first two are read by commands that talk to a control plane, the others by `sluice serve`.',
    variables: [
      {
        name: 'SLUICE_URL',
        means: 'Where the control plane is, unless `--url` says so.',
        example: 'https://sluice.example.com',
        otherwise: '`http://127.0.0.1:4050`',
      },
      {
        name: 'SLUICE_TOKEN',
        means: 'Token for it. There is no flag, so that it stands in no shell history.',
        example: 'sluice_...',
      },
      {
        name: 'SLUICE_ADMIN_TOKEN',
        means: 'Makes the first token when `sluice serve` starts: 16 characters or more.',
        example: '$(openssl rand -hex 32)',
      },
      {
        name: 'DATABASE_URL',
        means:
          'PostgreSQL for `serve`, `backup` and `restore`; letters and digits apart, user and password are percent-encoded.',
        example: 'postgres://sluice:secret@db.example.com:5432/sluice',
        otherwise: 'SQLite in the folder of `--data`',
      },
      {
        name: '<server.oidc.clientSecretEnv>',
        means: 'Secret of the client at the identity provider, under a name of your own.',
        example: 'jw8...',
        otherwise: '`serve` does not start',
      },
      {
        name: 'SLUICE_PUBLIC_URL',
        means:
          'Address by which browsers reach the pages of the control plane, and of the links in notifications; `--public-url` of `serve` comes first. With `https` the cookie of a session is never sent without TLS.',
        example: 'https://sluice.example.com',
        otherwise: 'notifications have no link, and the cookie is sent without TLS too',
      },
      {
        name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
        means: 'Where `serve` sends telemetry: OpenTelemetry over HTTP with JSON.',
        example: 'http://localhost:4318',
        otherwise: 'none is sent',
      },
      {
        name: 'OTEL_EXPORTER_OTLP_HEADERS',
        means: 'Headers of telemetry, with percent-encoded values.',
        example: 'x-team=mail,authorization=Bearer%20abc',
      },
      {
        name: 'OTEL_EXPORTER_OTLP_TIMEOUT',
        means: 'Longest time to send telemetry, in milliseconds.',
        example: '5000',
        otherwise: '`10000`',
      },
      {
        name: 'OTEL_EXPORTER_OTLP_PROTOCOL',
        means: 'Must begin with `http/` if it is set; anything else is an error.',
        example: 'http/json',
        otherwise: '`http/json`',
      },
      {
        name: 'OTEL_SERVICE_NAME',
        means: 'Name of the service in telemetry.',
        example: 'sluice-eu',
        otherwise: '`sluice`',
      },
    ],
  },
  {
    title: 'Network',
    introduction:
      'Read for every call of Sluice. Each name works in lower case too, which wins ([proxies](../providers.md#proxies)).',
    variables: [
      {
        name: 'HTTPS_PROXY',
        means: 'Proxy for https addresses, with user and password where it needs them.',
        example: 'http://user:password@proxy.corp:3128',
        otherwise: '`ALL_PROXY`',
      },
      {
        name: 'HTTP_PROXY',
        means: 'Proxy for http addresses.',
        example: 'http://proxy.corp:3128',
        otherwise: '`ALL_PROXY`',
      },
      { name: 'ALL_PROXY', means: 'Proxy for both.', example: 'http://proxy.corp:3128', otherwise: 'no proxy' },
      {
        name: 'NO_PROXY',
        means: 'Reached without a proxy: hosts, domains, addresses and networks, separated by commas.',
        example: 'models.corp,10.0.0.0/8',
      },
      { name: 'NODE_USE_ENV_PROXY', means: '`0` turns proxies off. Any other value changes nothing.', example: '0' },
    ],
  },
  {
    title: 'Terminal',
    introduction: 'How output looks. None of them changes a verdict.',
    variables: [
      { name: 'NO_COLOR', means: 'Any value turns colours off.', example: '1' },
      {
        name: 'FORCE_COLOR',
        means: 'Any value but `0` turns colours on, also where the output is no terminal; `0` turns them off.',
        example: '1',
      },
      { name: 'TERM', means: '`dumb` turns colours off.', example: 'dumb' },
      {
        name: 'npm_command',
        means: 'Set by npm. With `exec`, `sluice init` writes `npx sluice` in the commands that it suggests.',
        example: 'exec',
      },
    ],
  },
  {
    title: 'Any CI',
    introduction: 'Set by the system that runs a job.',
    variables: [
      {
        name: 'CI',
        means:
          'Any value but `0` and `false`: no progress is drawn, a change may not send secrets to a new address, and a gate that knows no base asks for one.',
        example: 'true',
      },
      {
        name: 'GIT_CEILING_DIRECTORIES',
        means: 'Folders above which no repository is looked for, as for git.',
        example: '/builds',
      },
    ],
  },
  ...ciVariables,
]

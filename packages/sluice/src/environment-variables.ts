interface EnvironmentVariable {
  /** Where it is not one name: how it is made or where it is named, in angle brackets. */
  name: string
  means: string
  example: string
  /** What counts where it is not set; nothing where that is the end of it. */
  otherwise?: string
}

interface VariableGroup {
  title: string
  introduction: string
  variables: readonly EnvironmentVariable[]
}

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
        name: '<headers: ${NAME}>',
        means: 'Each variable that a header of a provider or of an http target names by `${NAME}`.',
        example: 'Bearer ...',
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
      { name: 'GOOGLE_API_KEY', means: 'The same.', example: 'AIza...' },
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
        name: 'SLUICE_PUBLIC_URL',
        means: 'Address of the control plane in the links of notifications.',
        example: 'https://sluice.example.com',
        otherwise: 'notifications have no link',
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
  {
    title: 'GitHub Actions',
    introduction: 'Set by GitHub, for the base of a change, for `sluice ci github`, for links and for pull requests.',
    variables: [
      { name: 'GITHUB_ACTIONS', means: 'As `CI`, for where secrets may go.', example: 'true' },
      { name: 'GITHUB_EVENT_NAME', means: 'What started the workflow.', example: 'pull_request' },
      {
        name: 'GITHUB_EVENT_PATH',
        means:
          'The file that describes the event: the commit before a push, the base of a merge group, the pull request.',
        example: '/home/runner/work/_temp/_github_workflow/event.json',
      },
      { name: 'GITHUB_BASE_REF', means: 'Target branch of the pull request: the base.', example: 'main' },
      { name: 'GITHUB_REF_NAME', means: 'Branch or tag of the run.', example: 'main' },
      { name: 'GITHUB_REF_TYPE', means: '`tag` where a tag was pushed, which has no base.', example: 'branch' },
      {
        name: 'GITHUB_REPOSITORY',
        means: 'The repository, for comments, links, names in notifications, and pull requests of `sluice upgrade`.',
        example: 'acme/mail',
        otherwise: 'the remote `origin`, for `sluice upgrade`',
      },
      {
        name: 'GITHUB_API_URL',
        means: "Address of GitHub's API; another one on GitHub Enterprise.",
        example: 'https://github.acme.corp/api/v3',
        otherwise: '`https://api.github.com`',
      },
      {
        name: 'GITHUB_SERVER_URL',
        means: 'Address of GitHub, for links.',
        example: 'https://github.acme.corp',
        otherwise: '`https://github.com`',
      },
      { name: 'GITHUB_RUN_ID', means: 'Number of the run, for links to it.', example: '9876543210' },
      {
        name: 'GITHUB_OUTPUT',
        means: 'File for the outputs of the step.',
        example: '/home/runner/work/_temp/set_output',
      },
      {
        name: 'GITHUB_STEP_SUMMARY',
        means: 'File for the summary of the job.',
        example: '/home/runner/work/_temp/summary',
      },
      {
        name: 'GITHUB_TOKEN',
        means: 'Token with which `sluice upgrade --pull-request` opens a pull request. It is sent to GitHub alone.',
        example: 'ghs_...',
        otherwise: '`GH_TOKEN`, else what `gh auth token` says',
      },
      { name: 'GH_TOKEN', means: 'The same, where `GITHUB_TOKEN` is not set.', example: 'ghp_...' },
    ],
  },
  {
    title: 'Inputs of the GitHub Action',
    introduction:
      'The action hands its inputs to `sluice ci github` by these; in a workflow write the inputs ([github](../github.md)).',
    variables: [
      { name: 'INPUT_COMMAND', means: '`gate`, `nightly` or `comment`.', example: 'nightly', otherwise: '`gate`' },
      {
        name: 'INPUT_SUITE',
        means: 'Suite to run.',
        example: 'full',
        otherwise: '`fast`, and `full` with the label `sluice:full`',
      },
      {
        name: 'INPUT_BASE',
        means: 'Commit to compare with.',
        example: 'v1.4.0',
        otherwise: 'where the branch left its target',
      },
      {
        name: 'INPUT_COMPARE',
        means: "Two results files of another tool, the candidate's first.",
        example: 'candidate.json baseline.json',
      },
      { name: 'INPUT_ARGS', means: 'More flags for the command, one a line.', example: '--budget-usd=5' },
      {
        name: 'INPUT_ALLOW_ENDPOINT',
        means: 'Providers, targets or `notify` whose secrets a change may send to a new address, separated by spaces.',
        example: 'router',
      },
      {
        name: 'INPUT_MEASURE_APPROVERS',
        means: 'Logins that may let a change alter its own measure, separated by spaces.',
        example: 'ann ben',
      },
      {
        name: 'INPUT_REPORT_DIR',
        means: 'Folder for the report.',
        example: 'out/sluice',
        otherwise: '`sluice-report`',
      },
      {
        name: 'INPUT_COMMENT',
        means: 'Whether to comment on the pull request.',
        example: 'false',
        otherwise: '`true`',
      },
      { name: 'INPUT_TOKEN', means: 'Token for the comment.', example: 'ghs_...', otherwise: 'no comment is written' },
    ],
  },
  {
    title: 'GitLab CI',
    introduction: 'Set by GitLab, for the base of a change and for links.',
    variables: [
      {
        name: 'CI_MERGE_REQUEST_DIFF_BASE_SHA',
        means: 'Commit where the merge request began: the base.',
        example: '1ecfd275763eff1d6b4844ea3168962458c9f27a',
      },
      { name: 'CI_MERGE_REQUEST_TARGET_BRANCH_NAME', means: 'Target branch of the merge request.', example: 'main' },
      {
        name: 'CI_COMMIT_BEFORE_SHA',
        means: 'Commit before the push.',
        example: '2ecfd275763eff1d6b4844ea3168962458c9f27b',
      },
      { name: 'CI_COMMIT_BRANCH', means: 'Branch of the run.', example: 'main' },
      { name: 'CI_COMMIT_TAG', means: 'Tag of the run, which has no base.', example: 'v1.4.0' },
      {
        name: 'CI_DEFAULT_BRANCH',
        means: 'Default branch, on which a push is compared with what was before it.',
        example: 'main',
      },
      { name: 'CI_PIPELINE_SOURCE', means: 'What started the pipeline.', example: 'merge_request_event' },
      { name: 'CI_PROJECT_PATH', means: 'Name of the project in notifications.', example: 'acme/mail' },
      { name: 'CI_JOB_URL', means: 'Page of the job, for links.', example: 'https://gitlab.com/acme/mail/-/jobs/1' },
    ],
  },
  {
    title: 'Other CI',
    introduction: 'By the first a system is known, by the second the target branch of a pull request.',
    variables: [
      { name: 'JENKINS_URL', means: 'The run is one of Jenkins.', example: 'https://jenkins.acme.corp' },
      { name: 'CHANGE_TARGET', means: 'Target branch of the pull request in Jenkins.', example: 'main' },
      { name: 'CIRCLECI', means: 'The run is one of CircleCI, which names no target: give `--base`.', example: 'true' },
      { name: 'BUILDKITE', means: 'The run is one of Buildkite.', example: 'true' },
      {
        name: 'BUILDKITE_PULL_REQUEST_BASE_BRANCH',
        means: 'Target branch of the pull request in Buildkite.',
        example: 'main',
      },
      { name: 'TF_BUILD', means: 'The run is one of Azure Pipelines.', example: 'True' },
      {
        name: 'SYSTEM_PULLREQUEST_TARGETBRANCH',
        means: 'Target branch of the pull request in Azure Pipelines.',
        example: 'refs/heads/main',
      },
    ],
  },
]

import { type Benchmark, type BenchmarkResult, type Comparison, type Goal, isMet } from './benchmark.js'

/** A benchmark with what came of it. */
export interface Finding {
  readonly benchmark: Benchmark
  readonly result: BenchmarkResult
}

/** One line for each comparison, for the terminal. */
export function terminalLines({ result }: Finding): readonly string[] {
  return [
    ...result.comparisons.map(
      (each) =>
        `  ${each.ours.name} ${each.ours.value} / ${each.reference.name} ${each.reference.value} = ${ratioText(each)} (goal ${goalText(each.goal)}: ${verdict(each)})`,
    ),
    ...result.notes.map((note) => `  ${note}`),
  ]
}

/** docs/performance.md */
export function performancePage(findings: readonly Finding[], command: string, machine: readonly string[]): string {
  return `# Performance

Written by \`${command}\`; run it again rather than edit this page.
Each figure stands beside a reference measured in turns with it in the same run; the ratio is the median of the ratios round by round. That
makes ratios hold where times do not, but on a quiet machine only: other work weighs most on what needs several processes at once.
Nothing here fails a build.

${machine.map((fact) => `- ${fact}`).join('\n')}
- ${new Date().toISOString().slice(0, 10)}

${findings.map(section).join('\n')}`
}

function section({ benchmark, result }: Finding): string {
  const rows = result.comparisons.map(
    (each) =>
      `| ${each.ours.name} | ${each.ours.value} | ${each.reference.name} | ${each.reference.value} | ${ratioText(each)} | ${goalText(each.goal)} | ${verdict(each)} |`,
  )
  return `## ${benchmark.title}

\`npm run bench -- ${benchmark.name}\`

| measured | | reference | | ratio | goal | |
| --- | ---: | --- | ---: | ---: | --- | --- |
${rows.join('\n')}

${result.notes.map((note) => `${note}\n`).join('\n')}`
}

function ratioText({ ratio }: Comparison): string {
  return ratio === undefined ? '-' : ratio.toFixed(2)
}

function goalText(goal: Goal | undefined): string {
  return goal === undefined ? 'none' : `${goal.is} ${goal.ratio}`
}

function verdict(comparison: Comparison): string {
  const met = isMet(comparison)
  if (met === undefined) return ''
  return met ? 'met' : 'missed'
}

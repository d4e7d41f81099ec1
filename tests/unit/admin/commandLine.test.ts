import { describe, expect, it } from 'vitest'
import { parseCommandLine } from '../../../src/admin/commandLine.js'
import { WrongUsage } from '../../../src/admin/exitCode.js'
import { COMMANDS } from '../../../src/admin/registry.js'

describe('the command line of npm run admin', () => {
  it('lists every command with what it does, and the exit codes', () => {
    const asked = parseCommandLine(['--help'])
    for (const { name } of COMMANDS) expect(asked).toMatchObject({ text: expect.stringContaining(name) })
    for (const { summary } of COMMANDS) expect(asked).toMatchObject({ text: expect.stringContaining(summary) })
    expect(asked).toMatchObject({ kind: 'help', text: expect.stringContaining('Exit codes: 0 done; 1 failed') })
  })

  it.each(COMMANDS)(
    'tells what $name does, names each of its options, and says what its exit code means',
    (command) => {
      const asked = parseCommandLine([command.name, '--help'])
      if (asked.kind !== 'help') throw new Error('Expected help.')
      expect(asked.text).toMatch(new RegExp(`^npm run admin -- ${command.name}`))
      expect(asked.text).toMatch(/^Exit codes: 0 /m)
      expect(asked.text).not.toMatch(/^.{161,}$/m)
      for (const option of Object.keys(command.options)) expect(asked.text).toContain(`--${option}`)
    },
  )

  it('takes options in front of and behind words, and --json everywhere', () => {
    expect(parseCommandLine(['forget', '--reason', 'asked', 'ada', '--yes', '--json'])).toMatchObject({
      kind: 'run',
      command: { name: 'forget' },
      given: { positionals: ['ada'], values: { reason: 'asked', yes: true } },
      json: true,
    })
  })

  it.each([
    [[], 'Expected a command, found none.'],
    [['forgett'], 'Expected one of the commands projections,'],
    [['forget', '--force'], "Unknown option '--force'. See: npm run admin -- forget --help"],
    [['forget', '--reason'], "Option '--reason <value>' argument missing. See: npm run admin -- forget --help"],
  ])('refuses %j in one sentence', (args, sentence) => {
    expect(() => parseCommandLine(args)).toThrow(WrongUsage)
    expect(() => parseCommandLine(args)).toThrow(sentence)
  })
})

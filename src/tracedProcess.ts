import type { ServiceRole } from './config.js'
import { serviceIdentity } from './serviceIdentity.js'
import { asksForTraces, startTracing } from './telemetry/startTracing.js'

/** Runs a process with tracing around it, where the environment asks for it. run: loads what is traced, which must not be loaded before. */
export async function traced(
  env: Readonly<Record<string, string | undefined>>,
  role: ServiceRole,
  run: () => Promise<void>,
): Promise<void> {
  if (!asksForTraces(env)) return run()
  const tracing = await startTracing(env, {
    ...serviceIdentity(role),
    onFault: (reason) =>
      process.stderr.write(
        `${JSON.stringify({ level: 40, time: new Date().toISOString(), part: 'tracing', reason, msg: WARNING })}\n`,
      ),
  })
  try {
    await run()
  } finally {
    await tracing?.stop()
  }
}

const WARNING = 'Spans can not be exported, and are dropped; said once. Look at OTEL_EXPORTER_OTLP_ENDPOINT'

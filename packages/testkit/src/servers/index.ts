export { freePort } from "./freePort.ts"
export { findPostgres, type TestPostgres } from "./postgres.ts"
export { OwnRedis } from "./redis.ts"
export { quietAfter } from "./quietAfter.ts"
